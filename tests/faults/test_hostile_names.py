"""Fault 8: names with everything that a file system allows."""

import csv
import os

import pytest

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place, sha256
from watcher.rows import readable_name

NAMES: dict[str, bytes] = {
    "newline": b"two\nlines.png",
    "carriage return": b"\rback.png",
    "comma": b"1,2,3.png",
    "quote": b'say "7".png',
    "formula": b"=cmd|' -C calc'!A0.png",
    "at sign": b"@SUM(1).png",
    "option": b"-rf.png",
    "tab": b"\ttab.png",
    "spaces": b" 7 .png",
    "backslash": b"a\\x0ab.png",
    "emoji": "7️⃣ 👍.png".encode(),
    "line separator": "a\u2028b.png".encode(),
    "not UTF-8": b"\xff\xfe7\xe9.png",
    "244 bytes": "ä".encode() * 120 + b".png",
    "255 bytes": b"x" * 251 + b".png",
    "255 bytes, not UTF-8": b"\xe9" * 251 + b".png",
    "escape": b"\x1b[31mred.png",
    "folders": b"=sum,\n/\xff/7.png",
}


@pytest.fixture
def dropped(place: Place) -> dict[str, str]:
    """Each name's sha256; all pictures differ. Some end as rejected: their reasons need a name too."""
    found = {}
    for number, (what, name) in enumerate(NAMES.items()):
        found[what] = place.drop(name, png(number % 10, what))
        found["bad " + what] = place.drop(b"bad/" + name, f"no picture: {what}".encode())
    return found


def test_each_name_gets_exactly_one_row_and_one_line(place: Place, dropped: dict[str, str]) -> None:
    """csv.reader, and whoever counts lines, sees one row a picture; each file lies whole in its place."""
    place.once()
    place.assert_conserved(dropped.values())
    text = (place.outbox / "results.csv").read_bytes()
    assert text.count(b"\n") == text.count(b"\r\n") == len(dropped) + 1
    rows = list(csv.reader(text.decode().splitlines()))
    assert {len(row) for row in rows} == {15}
    assert (place.outbox / "results.jsonl").read_bytes().count(b"\n") == len(dropped)


def test_rows_say_the_names_in_one_readable_form(place: Place, dropped: dict[str, str]) -> None:
    """In JSONL as `readable_name` gives it; in CSV the same, with an apostrophe before what spreadsheets would run."""
    place.once()
    lines = {line["sha256"]: line["file"] for line in place.lines()}
    rows = {row["sha256"]: row["file"] for row in place.rows()}
    for what, name in NAMES.items():
        said = readable_name(name)
        assert said == lines[dropped[what]]
        assert rows[dropped[what]] == ("'" + said if said[0] in "=+-@" else said)
        assert said.isprintable() or what == "emoji"
    assert lines[dropped["newline"]] == "two\\x0alines.png"
    assert lines[dropped["not UTF-8"]] == "\\xff\\xfe7\\xe9.png"
    assert lines[dropped["backslash"]] == "a\\\\x0ab.png"


def test_the_daemon_reads_them_as_they_come_and_says_them_on_one_line(place: Place) -> None:
    """By events too; a name with a newline or an escape can forge no line of the log."""
    running = place.start()
    dropped = [place.drop(name, png(3, what)) for what, name in NAMES.items()]
    strange = os.fsencode(place.inbox) + b"/forged\n2026-01-01 ERROR \x1b[31mall is lost.txt"
    with open(strange, "wb"):
        pass
    place.assert_conserved(dropped)
    assert running.stop() == 0
    assert "\x1b" not in running.log()
    assert not [line for line in running.log().splitlines() if line.startswith("2026-01-01")]


def test_predict_takes_them_too(place: Place) -> None:
    """A name that is no UTF-8 on the command line; the answer is one line of text."""
    folder = place.root / "pictures"
    folder.mkdir()
    for name in (NAMES["not UTF-8"], NAMES["newline"]):
        with open(os.fsencode(folder) + b"/" + name, "wb") as file:
            file.write(png(4))
    done = place.command("predict", folder)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 2
    assert all(": 4 " in line for line in done.stdout.splitlines())
    assert sha256(png(4)) not in place.kept()
