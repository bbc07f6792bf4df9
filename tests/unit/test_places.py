"""watcher.places: every picture has a place of its own, for ever."""

import os
import tempfile
from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from fakes import BLANK, SEVEN, claim
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.ledger import Ledger
from watcher.places import LONGEST_NAME, Places, numbered, shortened
from watcher.recognition.verdict import Verdict

NAMES = st.binary(min_size=1, max_size=255).map(lambda name: name.replace(b"/", b"_").replace(b"\0", b"_"))
TEXTS = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=255).map(
    lambda text: text.encode()[:255].decode(errors="ignore").encode() or b"x"
)


def places(ledger: Ledger, outbox: Path, *files: bytes, verdict: Verdict = SEVEN) -> list[bytes]:
    """The places of these files, recorded one after the other."""
    start = ledger._db.execute("SELECT count(*) FROM pictures").fetchone()[0]
    claims = [claim(start + number, file) for number, file in enumerate(files)]
    ledger.intend(claims)
    records = ledger.record([(c, verdict) for c in claims], "net", "now", Places(outbox, UTC))
    return [made.archived_to for made in records]


@given(NAMES | TEXTS, st.integers(2, 10**9))
def test_names_stay_short_enough(name: bytes, number: int) -> None:
    """A name has 244 bytes at most, so that its reason file's name has 255; it is never empty."""
    for made in (shortened(name), numbered(name, number)):
        assert 0 < len(made) <= LONGEST_NAME == 244


@given(TEXTS, st.integers(2, 10**9))
def test_names_are_cut_between_characters(name: bytes, number: int) -> None:
    """What was valid UTF-8 stays so."""
    shortened(name).decode("utf-8")
    numbered(name, number).decode("utf-8")


@pytest.mark.parametrize(
    ("name", "expected"),
    [(b"7.png", b"7~2.png"), (b"a.tar.png", b"a.tar~2.png"), (b"seven", b"seven~2"), (b".png", b".png~2")],
)
def test_a_number_goes_before_the_suffix(name: bytes, expected: bytes) -> None:
    """The second 7.png is 7~2.png."""
    assert expected == numbered(name, 2)


def test_a_long_name_keeps_its_suffix() -> None:
    """The stem is cut: programs still know the format."""
    assert b"x" * 240 + b".png" == shortened(b"x" * 251 + b".png")
    assert ("ö" * 120 + ".png").encode() == shortened(("ö" * 125 + ".png").encode())
    assert (b"x" * 238 + b"~2.png") == numbered(b"x" * 251 + b".png", 2)


def test_a_place_is_the_day_and_the_path_in_the_inbox(ledger: Ledger, tmp_path: Path) -> None:
    """archive/DAY/path, or rejected/DAY/path."""
    assert [b"archive/2026-03-01/in/7.png"] == places(ledger, tmp_path, b"in/7.png")
    assert [b"rejected/2026-03-01/in/7.png"] == places(ledger, tmp_path, b"in/7.png", verdict=BLANK)


@pytest.mark.parametrize(("zone", "day"), [("UTC", b"2026-02-28"), ("Europe/Berlin", b"2026-03-01")])
def test_the_day_is_that_of_the_configured_zone(ledger: Ledger, tmp_path: Path, zone: str, day: bytes) -> None:
    """Half past eleven at night in UTC is the next day in Berlin."""
    late = claim(1, arrived_at="2026-02-28T23:30:00.000Z")
    ledger.intend([late])
    (made,) = ledger.record([(late, SEVEN)], "net", "now", Places(tmp_path, ZoneInfo(zone)))
    assert b"archive/" + day + b"/7.png" == made.archived_to


def test_the_same_name_again_is_numbered(ledger: Ledger, tmp_path: Path) -> None:
    """The numbers come from the ledger, within a batch and after it."""
    day = b"archive/2026-03-01/"
    assert [day + b"7.png", day + b"7~2.png"] == places(ledger, tmp_path, b"7.png", b"7.png")
    assert [day + b"7~3.png"] == places(ledger, tmp_path, b"7.png")
    assert [day + b"7~2~2.png"] == places(ledger, tmp_path, b"7~2.png")


def test_a_file_that_somebody_put_there_is_passed_over(ledger: Ledger, tmp_path: Path) -> None:
    """Nothing at a place, in the ledger or on the disk, is ever taken for free; a dangling link neither."""
    folder = tmp_path / "archive" / "2026-03-01"
    folder.mkdir(parents=True)
    (folder / "7.png").touch()
    (folder / "8.png").symlink_to("nowhere")
    day = b"archive/2026-03-01/"
    assert [day + b"7~2.png", day + b"8~2.png"] == places(ledger, tmp_path, b"7.png", b"8.png")


def test_a_folder_with_the_name_of_a_file_is_numbered(ledger: Ledger, tmp_path: Path) -> None:
    """7.png was archived; then a folder 7.png/ arrives, and the other way round."""
    day = b"archive/2026-03-01/"
    found = places(ledger, tmp_path, b"7.png", b"7.png/1.png", b"7.png/2.png")
    assert [day + b"7.png", day + b"7~2.png/1.png", day + b"7~2.png/2.png"] == found
    assert [day + b"8.png/1.png", day + b"8~2.png"] == places(ledger, tmp_path, b"8.png/1.png", b"8.png")


def test_folders_that_only_differ_beyond_the_cut_share_one(ledger: Ledger, tmp_path: Path) -> None:
    """Two long folder names may become one; their files still have a place each."""
    one, other = b"f" * 250 + b"1", b"f" * 250 + b"2"
    made = places(ledger, tmp_path, one + b"/7.png", other + b"/7.png")
    assert 2 == len(set(made))


PARTS = st.sampled_from([b"a", b"7.png", b"7~2.png", b"\x80" * 250, b"b" * 250])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(PARTS, min_size=1, max_size=3), min_size=2, max_size=12))
def test_no_place_is_given_twice(paths: list[list[bytes]]) -> None:
    """Whatever arrives in whatever order: all places differ, and none is a folder of another."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder, "ledger"))
        made = places(ledger, Path(folder), *(b"/".join(path) for path in paths))
        ledger.close()
    assert len(set(made)) == len(made)
    assert made == [os.path.normpath(place) for place in made]
    assert {parent for place in made for parent in parents(place)}.isdisjoint(made)


def parents(place: bytes) -> list[bytes]:
    parts = place.split(b"/")
    return [b"/".join(parts[:depth]) for depth in range(1, len(parts))]
