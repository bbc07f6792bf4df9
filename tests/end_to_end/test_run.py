"""The daemon as it runs for months: pictures dropped while it watches, stopped, started again."""

import json
import signal

import pytest

from tests.end_to_end.pictures import KINDS, png
from tests.end_to_end.place import Place
from tests.end_to_end.process import wait_for


def test_every_kind_of_picture_gets_its_row_and_its_place_in_the_archive(place: Place) -> None:
    """PNG, JPEG, BMP, TIFF, WebP, PGM, alpha, 16 bits, palette, EXIF, both polarities: read right, kept whole."""
    place.start()
    dropped = {name: place.drop(name, make(3)) for name, make in KINDS.items()}
    rows = {name: place.wait_for_row(name) for name in KINDS}
    assert dict.fromkeys(KINDS, "3") == {name: row["prediction"] for name, row in rows.items()}
    assert dict.fromkeys(KINDS, "ok") == {name: row["status"] for name, row in rows.items()}
    assert dropped == {name: row["sha256"] for name, row in rows.items()}
    assert dict.fromkeys(KINDS, "archive") == {n: row["archived_to"].split("/")[0] for n, row in rows.items()}
    place.assert_conserved(dropped.values())


def test_it_says_what_to_do_and_when_it_is_ready(place: Place) -> None:
    """On the terminal: which folder, which file; to systemd: READY=1 with its pid, and STOPPING=1."""
    running = place.start()
    assert str(place.inbox) in running.log()
    assert str(place.outbox / "results.csv") in running.log()
    assert running.heard(f"MAINPID={running.process.pid}")
    assert running.stop() == 0
    assert running.heard("STOPPING=1")


def test_status_file_and_status_command_agree(place: Place) -> None:
    """status.json says running, with counts; `status --json` gives the same, plain `status` the words."""
    running = place.start()
    place.drop("a.png", png())
    place.drop("b.png", b"")
    wait_for(lambda: place.status().get("results") == 2, "two results in status.json")
    published = place.status()
    assert published["state"] == "running"
    assert published["pid"] == running.process.pid
    assert published["by_status"] == {"ok": 1, "unreadable": 1}
    assert published["by_reason"] == {"empty_file": 1}
    said = json.loads(place.command("status", "--json").stdout)
    assert said["by_status"] == published["by_status"]
    assert (said["state"], said["pid"]) == ("running", running.process.pid)
    words = place.command("status").stdout
    assert f"running (pid {running.process.pid})" in words
    assert "1 empty_file" in words


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_ends_it_well_and_the_next_start_carries_on(place: Place, number: signal.Signals) -> None:
    """SIGTERM and Ctrl-C: exit code 0, state stopped. What comes meanwhile is read at the next start."""
    running = place.start()
    dropped = [place.drop("one.png", png(1, "one"))]
    place.wait_for_row("one.png")
    running.process.send_signal(number)
    assert running.process.wait(60) == 0, running.log()
    assert place.status()["state"] == "stopped"
    assert json.loads(place.command("status", "--json").stdout)["state"] == "stopped"
    dropped.append(place.drop("two.png", png(2, "two")))
    running = place.start()
    place.wait_for_row("two.png")
    assert running.stop() == 0
    place.assert_conserved(dropped)


def test_a_picture_is_read_again_on_request_while_it_runs(place: Place) -> None:
    """`requeue` gives a new id and a new row; the old row stays."""
    place.start()
    place.drop("seven.png", png(7))
    old = place.wait_for_row("seven.png")
    done = place.command("requeue", "seven.png")
    assert done.returncode == 0, done.stderr
    rows = wait_for(lambda: rows if len(rows := place.rows()) == 2 else None, "a second row")
    assert rows[0] == old
    assert rows[1]["id"] != old["id"]
    assert (rows[1]["file"], rows[1]["prediction"], rows[1]["sha256"]) == ("seven.png", "7", old["sha256"])
    wait_for((place.outbox / rows[1]["archived_to"]).exists, "the picture in the archive again")
    assert sum(place.kept().values()) == 1
