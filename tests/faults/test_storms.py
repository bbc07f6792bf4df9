"""Fault 1, 2, 12, 13 and 26: programs that do not leave files alone: touches, renames, growth, deletion, hard links."""

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place, sha256
from tests.end_to_end.process import wait_for
from tests.faults.injection import HOLD, faulty_readers


class Storm(threading.Thread):
    """Does one thing to the files of a folder, again and again, until told to stop."""

    def __init__(self, folder: Path, act: Callable[[Path], object]) -> None:
        super().__init__()
        self._folder, self._act, self._over = folder, act, threading.Event()

    def run(self) -> None:
        """Files that are gone meanwhile are the daemon's by now."""
        while not self._over.wait(0.005):
            for path in list(self._folder.glob("*.png")):
                with suppress(FileNotFoundError):
                    self._act(path)

    def __enter__(self) -> None:
        self.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join()


def rename(path: Path) -> None:
    """To another picture's name, and so on."""
    path.rename(path.with_name(path.stem.partition("-")[0] + f"-{os.urandom(3).hex()}.png"))


@pytest.mark.parametrize("act", [os.utime, lambda path: path.chmod(0o640), rename])
def test_in_a_storm_each_file_gets_one_row(place: Place, act: Callable[[Path], None]) -> None:
    """Touched, changed in mode or renamed again and again, before, while and after they are taken."""
    place.configure(reading={"batch_size": 8})
    with Storm(place.inbox, act):
        place.start()
        dropped = [place.drop(f"{number}.png", png(number % 10, str(number))) for number in range(120)]
        wait_for(lambda: len(place.rows()) >= 20, "some rows")
    place.assert_conserved(dropped)


def test_a_file_that_its_owner_deletes_again_is_nobodys_loss(place: Place) -> None:
    """Deleted before it is claimed: no row, no "missing", no error; those that stay are read."""
    running = place.start()
    stays = []
    for number in range(200):
        name = f"{number}.png.part"
        place.drop(name, png(number % 10, str(number)))
        (place.inbox / name).rename(place.inbox / f"{number}.png")
        if number % 2:
            with suppress(FileNotFoundError):
                (place.inbox / f"{number}.png").unlink()
        else:
            stays.append(sha256(png(number % 10, str(number))))
    wait_for(lambda: not list(place.inbox.glob("*.png")), "an empty inbox")
    wait_for(lambda: place.unfinished() == 0, "an end of what is unfinished")
    assert set(stays) <= {row["sha256"] for row in place.rows()}
    assert {state for _, state, _, _ in place.ledger()} <= {"archived"}
    assert "ERROR" not in running.log()
    place.assert_conserved([row["sha256"] for row in place.rows()])


def test_a_hard_link_is_read_and_the_file_outside_stays_as_it_is(place: Place) -> None:
    """Its other name keeps its content; what is archived is that content."""
    outside = place.root / "outside.png"
    outside.write_bytes(png(6))
    os.link(outside, place.inbox / "linked.png")
    place.once()
    assert place.row("linked.png") is not None
    assert outside.read_bytes() == png(6)
    place.assert_conserved([sha256(png(6))])


def test_cut_to_nothing_after_the_claim_it_waits_for_its_writer(place: Place) -> None:
    """A program that opens for writing and takes its time: the row is of what it writes at last."""
    place.configure(watch={"settle_seconds": 3.0})
    place.start(**faulty_readers(place.root))
    descriptor = os.open(place.inbox / ".x", os.O_RDWR | os.O_CREAT, 0o644)
    os.write(descriptor, png(1, HOLD))
    (place.inbox / ".x").rename(place.inbox / "x.png")
    wait_for(Path(place.root / "gate.reached").exists, "a reader at x.png")
    os.ftruncate(descriptor, 0)
    (place.root / "gate").touch()
    wait_for(lambda: place.status().get("waiting") == 1, "x.png named as waiting")
    assert "after it was taken" in place.status()["waiting_files"][0]["why"]
    last = png(8, "at last")
    os.pwrite(descriptor, last, 0)
    os.close(descriptor)
    assert place.wait_for_row("x.png")["prediction"] == "8"
    place.assert_conserved([sha256(last)])


def test_a_sparse_file_of_two_gigabytes_is_refused_at_once(place: Place) -> None:
    """By its size, before memory or time is spent on it; it is moved, not copied, and stays sparse."""
    with open(place.inbox / "huge.png", "wb") as file:
        file.write(png(1)[:-12])
        file.truncate(2 << 30)
        file.seek(-12, os.SEEK_END)
        file.write(png(1)[-12:])
    dropped = place.drop("7.png", png(7))
    place.start()
    row = place.wait_for_row("huge.png")
    assert (row["status"], row["reason"]) == ("unreadable", "too_large")
    assert (place.outbox / row["archived_to"]).stat().st_blocks * 512 < 1 << 20
    assert place.wait_for_row("7.png")["sha256"] == dropped
    (place.outbox / row["archived_to"]).unlink()


def test_a_file_that_grows_for_ever_holds_nobody_up(place: Place) -> None:
    """It waits, is listed, and is read when the writing ends."""
    place.configure(watch={"settle_seconds": 3.0})
    place.start()
    with open(place.inbox / "grows.png", "wb", buffering=0) as file:
        file.write(png(1)[:200])
        dropped = [place.drop(f"{number}.png", png(number, "others")) for number in range(5)]
        with Storm(place.inbox, lambda path: path.name == "grows.png" and file.write(b"x")):
            place.assert_conserved(dropped)
            wait_for(lambda: place.status().get("waiting") == 1, "one that waits")
            assert [entry["file"] for entry in place.status()["waiting_files"]] == ["grows.png"]
    assert place.wait_for_row("grows.png")["reason"] == "corrupt"
