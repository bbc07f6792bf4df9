"""Fault 19: links, pipes, sockets, devices and folders that are called like pictures."""

import os
import socket
from pathlib import Path

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place
from tests.end_to_end.process import wait_for


def lay_out(place: Place) -> dict[str, str]:
    """One of each in the inbox; by name, what it is called among the ignored."""
    secret = place.root / "secret.png"
    secret.write_bytes(png(9, "secret"))
    (place.root / "elsewhere").mkdir()
    (place.root / "elsewhere" / "1.png").write_bytes(png(1, "elsewhere"))
    (place.inbox / "link.png").symlink_to(secret)
    (place.inbox / "self.png").symlink_to("self.png")
    (place.inbox / "nowhere.png").symlink_to("/no/such/file.png")
    (place.inbox / "folder").symlink_to(place.root / "elsewhere")
    os.mkfifo(place.inbox / "pipe.png")
    with socket.socket(socket.AF_UNIX) as listening:
        here = Path.cwd()
        os.chdir(place.inbox)  # the path of a socket must be short
        try:
            listening.bind("socket.png")
        finally:
            os.chdir(here)
    found = dict.fromkeys(("link.png", "self.png", "nowhere.png", "folder"), "a symbolic link")
    found |= {"pipe.png": "a FIFO", "socket.png": "a socket"}
    if os.geteuid() == 0:
        os.mknod(place.inbox / "device.png", 0o20600, os.makedev(1, 3))
        found["device.png"] = "no regular file"
    (place.inbox / "album.png").mkdir()
    return found


def test_none_of_them_is_opened_and_each_is_listed_with_why(place: Place) -> None:
    """A folder called like a picture is a folder: what lies in it is read. All else stays where it is."""
    strange = lay_out(place)
    dropped = [place.drop("album.png/7.png", png(7)), place.drop("real.png", png(3))]
    secret = (place.root / "secret.png").stat()
    done = place.once()
    place.assert_conserved(dropped)
    assert {row["file"] for row in place.rows()} == {"album.png/7.png", "real.png"}
    for name, why in strange.items():
        assert f"ignored: {name}: {why}" in done.stderr
        assert os.path.lexists(place.inbox / name)
    after = (place.root / "secret.png").stat()
    assert (secret.st_mtime_ns, secret.st_ino) == (after.st_mtime_ns, after.st_ino)
    assert (place.root / "elsewhere" / "1.png").exists()


def test_the_daemon_is_not_held_up_by_them(place: Place) -> None:
    """Created while it runs: status.json lists them, and the next picture is read."""
    place.start()
    strange = lay_out(place)
    place.drop("real.png", png(3))
    place.wait_for_row("real.png")
    wait_for(lambda: place.status().get("ignored") == len(strange), "all of them in status.json")
    assert {entry["file"] for entry in place.status()["ignored_files"]} == set(strange)
    assert len(place.rows()) == 1


def test_a_link_in_place_of_a_folder_leads_nowhere(place: Place) -> None:
    """A folder with pictures is swapped for a link to another one: nothing is taken from there."""
    place.drop("sub/1.png", png(1))
    place.once()
    (place.root / "private").mkdir()
    (place.root / "private" / "2.png").write_bytes(png(2))
    if (place.inbox / "sub").is_dir():
        (place.inbox / "sub").rmdir()
    (place.inbox / "sub").symlink_to(place.root / "private")
    place.once()
    assert (place.root / "private" / "2.png").exists()
    assert [row["file"] for row in place.rows()] == ["sub/1.png"]
