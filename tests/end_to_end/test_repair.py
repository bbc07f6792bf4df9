"""`digit-watcher repair`: what it cannot mend is named and left, and a running daemon is not disturbed."""

import csv

import pytest

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place
from tests.end_to_end.repairs import backup, read, repair, restore
from watcher.config import defaults
from watcher.corrections.correcting import say
from watcher.corrections.labels import NOT_A_DIGIT


def test_a_picture_that_is_nowhere_is_called_missing(place: Place) -> None:
    """Its row is taken in and said aloud; `status` counts it; nothing else is disturbed."""
    dropped = read(place, "1.png")
    file = backup(place)
    read(place, "2.png")
    (place.outbox / place.rows()[1]["archived_to"]).unlink()
    restore(place, file)
    said = repair(place)
    assert "1 without a picture" in said
    assert "2.png" in said
    dropped += read(place, "3.png")
    assert [state for _, state, _, _ in place.ledger()] == ["archived", "missing", "archived"]
    assert [row["file"] for row in place.rows()] == ["1.png", "2.png", "3.png"]
    assert set(place.kept()) == set(dropped)


def test_rows_that_a_person_spoilt_are_named(place: Place) -> None:
    """Exit code 4 with file and id; nothing outside archive/ and rejected/ is touched; mended, it works."""
    dropped = read(place, "1.png")
    file = backup(place)
    dropped += read(place, "2.png")
    good = {name: (place.outbox / name).read_bytes() for name in ("results.csv", "results.jsonl")}
    for name, data in good.items():
        (place.outbox / name).write_bytes(data.replace(b"/2.png", b"/../../../2.png"))
    restore(place, file)
    done = place.command("repair")
    assert done.returncode == 4
    assert place.rows()[1]["id"] in done.stdout
    assert "no place in archive/ or rejected/" in done.stdout
    for name, data in good.items():
        (place.outbox / name).write_bytes(data)
    assert "1 row taken" in repair(place)
    place.once()
    place.assert_conserved(dropped)


def test_files_that_nobody_knows_are_listed_and_left(place: Place) -> None:
    """In archive/ and without a row: named, and still there."""
    read(place, "1.png")
    strange = place.outbox / "archive" / "strange.png"
    strange.write_bytes(b"x")
    assert "archive/strange.png" in repair(place)
    assert strange.read_bytes() == b"x"


def test_under_a_running_daemon_it_is_refused(place: Place) -> None:
    """Exit code 4 with the daemon's pid; the daemon goes on."""
    running = place.start()
    done = place.command("repair")
    assert done.returncode == 4
    assert str(running.process.pid) in done.stderr
    place.drop("1.png", png(1))
    place.wait_for_row("1.png")


@pytest.mark.parametrize("how", ["from a backup", "anew"])
def test_corrections_come_back_from_their_file(place: Place, how: str) -> None:
    """Each once, in their order; a row that was torn within it is not counted; then the work goes on."""
    read(place, "1.png", "2.png")
    config = defaults(inbox=place.inbox, outbox=place.outbox)
    ids = {row["file"]: row["id"] for row in place.rows()}
    say(config, [(ids["1.png"], "3")], by="Ann")
    file = backup(place)
    say(config, [(ids["2.png"], NOT_A_DIGIT), (ids["1.png"], "4")], by='Ann, "A."')
    corrections = place.outbox / "corrections.csv"
    before = corrections.read_bytes()
    corrections.write_bytes(before + b"01ffffff-46d4-7000-8000-000000000001,01a2024f-46")
    if how == "anew":
        assert "3 corrections taken" in place.command("repair", "--anew").stdout
    else:
        restore(place, file)
        assert "2 corrections taken" in repair(place)
    assert before == corrections.read_bytes()
    place.once()
    assert before == corrections.read_bytes()
    with (place.outbox / "results-corrected.csv").open(newline="") as rows:
        assert {"1.png": "4", "2.png": ""} == {row["file"]: row["prediction"] for row in csv.DictReader(rows)}
