"""Fault 3: programs that write under another name and rename at the end."""

import pytest

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place


@pytest.mark.parametrize("temporary", ["x.png.part", ".x.png.Ab3dEf", "x.png.crdownload", "x.png~", "x.tmp"])
def test_a_file_is_taken_once_under_its_final_name(place: Place, temporary: str) -> None:
    """The temporary name is never touched, even when it holds a whole picture; the rename is enough to be found."""
    place.configure(watch={"rescan_seconds": 3600})
    place.start()
    dropped = [place.drop(temporary, png(2, "renamed"))]
    dropped.append(place.drop("other.png", png(5)))
    place.wait_for_row("other.png")
    assert (place.inbox / temporary).exists()
    (place.inbox / temporary).rename(place.inbox / "x.png")
    assert place.wait_for_row("x.png")["prediction"] == "2"
    assert len(place.rows()) == 2
    assert sorted(row["sha256"] for row in place.rows()) == sorted(dropped)
