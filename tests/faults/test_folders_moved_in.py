"""Fault 6: folders full of pictures, moved in whole or made with files at once."""

import shutil

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place
from tests.end_to_end.process import wait_for


def test_a_folder_that_is_moved_in_is_read_to_its_last_picture(place: Place) -> None:
    """One rename brings all; no event names the files inside."""
    place.start()
    outside = place.root / "outside"
    names = ("1.png", "deep/2.png", "deep/er/3.png", "deep/er/4.png")
    for name in names:
        data = png(int(name[-5]), name)
        (outside / name).parent.mkdir(parents=True, exist_ok=True)
        (outside / name).write_bytes(data)
    outside.rename(place.inbox / "batch")
    dropped = [place.wait_for_row(f"batch/{name}")["sha256"] for name in names]
    place.assert_conserved(dropped)


def test_folders_and_files_made_in_one_go_are_all_found(place: Place) -> None:
    """`mkdir -p a/b/c` with a file in it at once, many times: between folder and watch nothing is lost."""
    place.start()
    dropped = [place.drop(f"a{n}/b/c/{n}.png", png(n % 10, str(n))) for n in range(40)]
    wait_for(lambda: len(place.rows()) == 40, "forty rows")
    place.assert_conserved(dropped)


def test_a_folder_that_is_deleted_and_made_again_is_still_watched(place: Place) -> None:
    """Its new self is another folder to the system; pictures in it are read as before."""
    place.start()
    place.drop("sub/1.png", png(1))
    place.wait_for_row("sub/1.png")
    shutil.rmtree(place.inbox / "sub")
    place.drop("sub/2.png", png(2))
    place.wait_for_row("sub/2.png")
    (place.inbox / "sub").rename(place.root / "moved_out")
    place.drop("sub/3.png", png(3))
    place.wait_for_row("sub/3.png")
