"""Fault 24: the ledger is an older one, from a backup, or it is lost; `repair` brings it up to the results files."""

import os
import signal

import pytest

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place
from tests.end_to_end.process import wait_for
from tests.end_to_end.repairs import backup, read, refused, repair, restore


def test_an_older_ledger_is_brought_up_to_the_results(place: Place) -> None:
    """Backup under the running daemon, more pictures, the old ledger again: refused, repaired, gone on with."""
    running = place.start()
    dropped = [place.drop("a/1.png", png(1)), place.drop("7.png", png(7))]
    place.wait_for_row("a/1.png")
    place.wait_for_row("7.png")
    file = backup(place)
    dropped += [place.drop("7.png", png(7, "again")), place.drop("b/c/2.png", png(2)), place.drop("=x,\n.png", png(3))]
    dropped += [place.drop("empty.png", b"")]
    wait_for(lambda: len(place.rows()) == 6, "six rows")
    wait_for(lambda: place.unfinished() == 0, "an end of what is unfinished")
    rows = place.rows()
    assert running.stop() == 0
    restore(place, file)
    assert "digit-watcher repair" in refused(place)
    assert "4 rows would be taken" in repair(place, "--dry-run")
    assert "digit-watcher repair" in refused(place)
    said = repair(place)
    assert "4 rows taken into the ledger" in said
    assert "4 with the picture at its place" in said
    dropped += read(place, "7.png", "b/c/2.png")
    place.assert_conserved(dropped)
    assert place.rows()[:6] == rows
    assert place.rows()[6]["archived_to"].endswith(("/7~3.png", "/2~2.png"))
    before = place.ledger()
    assert "0 rows taken" in repair(place)
    assert before == place.ledger()


def test_a_picture_that_was_in_work_at_the_backup_is_not_read_again(place: Place) -> None:
    """The restored ledger only knows that it was claimed; its row says that it was read and archived since."""
    running = place.start()
    for reader in running.readers():
        os.kill(reader, signal.SIGSTOP)
    dropped = [place.drop("held.png", png(7))]
    wait_for(place.in_work, "a claim")
    file = backup(place)
    for reader in running.readers():
        os.kill(reader, signal.SIGCONT)
    place.wait_for_row("held.png")
    wait_for(lambda: place.unfinished() == 0, "an end of what is unfinished")
    assert running.stop() == 0
    restore(place, file)
    assert "digit-watcher repair" in refused(place)
    assert "1 row taken into the ledger" in repair(place)
    dropped += read(place, "next.png")
    place.assert_conserved(dropped)


def test_a_picture_that_has_its_row_and_is_still_in_work_is_archived(place: Place) -> None:
    """Killed between row and archive, and the ledger is an older one: the next run puts it at its place."""
    dropped = read(place, "1.png")
    file = backup(place)
    dropped += read(place, "2.png")
    row = place.rows()[1]
    (place.outbox / row["archived_to"]).rename(place.inbox / ".work" / row["id"])
    restore(place, file)
    assert "1 with the picture still to be archived" in repair(place)
    dropped += read(place, "3.png")
    place.assert_conserved(dropped)


def test_a_picture_that_lies_in_the_inbox_again_is_not_read_twice(place: Place) -> None:
    """The rename out of the inbox was undone, by a snapshot for one: it is archived under the row that it has."""
    dropped = read(place, "1.png")
    file = backup(place)
    dropped += read(place, "2.png")
    (place.outbox / place.rows()[1]["archived_to"]).rename(place.inbox / "2.png")
    restore(place, file)
    assert "2.png" in repair(place, "--dry-run")
    assert (place.inbox / "2.png").exists()
    assert "lies in the inbox again" in repair(place)
    place.once()
    place.assert_conserved(dropped)


def test_a_picture_that_was_read_again_since_is_known_as_such(place: Place) -> None:
    """Requeued after the backup: the old row is `requeued` again, the new one has the picture."""
    dropped = read(place, "1.png")
    file = backup(place)
    assert place.command("requeue", "1.png").returncode == 0
    place.once()
    restore(place, file)
    assert "had been read again" in repair(place)
    place.once()
    assert [state for _, state, _, _ in place.ledger()] == ["requeued", "archived"]
    assert list(place.kept()) == dropped


@pytest.mark.parametrize("lost", ["results.jsonl", "results.csv"])
def test_a_lost_ledger_is_made_anew_from_what_is_left(place: Place, lost: str) -> None:
    """Never silently new; one of the two results files is enough, and gets its missing rows back from it."""
    dropped = read(place, "1.png", "a/1.png", "a/b.png") + read(place, "1.png")
    for path in place.state.glob("ledger.sqlite3*"):
        path.unlink()
    (place.outbox / lost).write_bytes(b"")
    said = refused(place)
    assert "belongs to another ledger" in said
    assert "digit-watcher repair" in said
    assert not (place.state / "ledger.sqlite3").exists()
    assert "4 rows taken into the ledger" in repair(place)
    dropped += read(place, "1.png")
    place.assert_conserved(dropped)


def test_a_damaged_ledger_is_replaced_by_a_backup(place: Place) -> None:
    """`repair --from` keeps the damaged one under another name and takes newer rows in; `--anew` needs no backup."""
    dropped = read(place, "1.png")
    file = backup(place)
    dropped += read(place, "2.png")
    ledger = place.state / "ledger.sqlite3"
    ledger.write_bytes(b"\xa5" * 5000)
    assert "repair --from" in refused(place)
    assert "repair --from" in place.command("repair").stderr
    assert "1 row would be taken" in repair(place, "--dry-run", "--from", file)
    assert "1 row taken" in repair(place, "--from", file)
    assert (place.state / "ledger-old1.sqlite3").read_bytes() == b"\xa5" * 5000
    assert "2 rows taken" in repair(place, "--anew")
    dropped += read(place, "3.png")
    place.assert_conserved(dropped)


def test_rows_torn_by_a_kill_are_no_rows(place: Place) -> None:
    """The last row of the CSV is torn: the JSONL has it whole; torn in both, its picture is read once more."""
    dropped = read(place, "1.png")
    file = backup(place)
    dropped += read(place, "2.png")
    csv = place.outbox / "results.csv"
    csv.write_bytes(csv.read_bytes()[:-30])
    restore(place, file)
    repair(place)
    place.once()
    place.assert_conserved(dropped)
    row = place.rows()[1]
    (place.outbox / row["archived_to"]).rename(place.inbox / ".work" / row["id"])
    for name in ("results.csv", "results.jsonl"):
        path = place.outbox / name
        path.write_bytes(path.read_bytes()[:-30])
    restore(place, file)
    refused(place)
    assert "torn row at the end of results.csv is cut off" in repair(place)
    place.once()
    place.assert_conserved(dropped)
