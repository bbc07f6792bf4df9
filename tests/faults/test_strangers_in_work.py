"""Fault 27: what others put into the work folder, before the start or while it runs; folders that stand too open."""

import os
import signal
import stat
from pathlib import Path

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place, sha256
from tests.end_to_end.process import wait_for
from tests.faults.injection import HOLD, faulty_readers


def put_strangers(work: Path, outside: Path) -> list[str]:
    """Links, a FIFO, a device, folders, hard links and names of every length; gives the sha256 of the pictures."""
    secret = outside / "secret.png"
    if not secret.exists():
        secret.write_bytes(png(9, "secret"))
    number = len(list(work.iterdir()))
    (work / f"link{number}.png").symlink_to(secret)
    (work / f"loop{number}").symlink_to(f"loop{number}")
    os.mkfifo(work / f"pipe{number}.png")
    (work / f"folder{number}.png").mkdir()
    (work / f"folder{number}.png" / "inside.png").write_bytes(png(1))
    names = (b"x" * 251 + b".png", b"plain.png", b"\xff\xfe.png", b"-rf", b"line\nbreak.png", b".hidden.png")
    dropped = []
    for name in names:
        data = png(3, f"{name!r} {number}")
        with open(os.fsencode(work) + b"/" + name, "wb") as file:
            file.write(data)
        dropped.append(sha256(data))
    return dropped


def test_pictures_are_read_and_all_else_is_left_alone(place: Place) -> None:
    """Before a start: strangers' files get rows as any arrival; links are not followed, pipes not opened."""
    place.drop("1.png", png(1))
    place.once()
    work = place.inbox / ".work"
    dropped = [sha256(png(1)), *put_strangers(work, place.root), place.drop("2.png", png(2))]
    before = (place.root / "secret.png").stat()
    done = place.once()
    assert "Traceback" not in done.stderr
    assert sorted(row["sha256"] for row in place.rows()) == sorted(dropped)
    assert {row["status"] for row in place.rows()} == {"ok"}
    after = (place.root / "secret.png").stat()
    assert (before.st_mtime_ns, before.st_ino, before.st_nlink) == (after.st_mtime_ns, after.st_ino, after.st_nlink)
    left = set(place.in_work())
    assert {name.strip("0123456789").partition(".")[0].rstrip("0123456789") for name in left} == {
        "link", "loop", "pipe", "folder",
    }  # fmt: skip


def test_while_it_runs_they_disturb_nothing_and_the_next_start_takes_them(place: Place) -> None:
    """The daemon trusts the ledger and not the listing: a stranger is no claim of its own."""
    running = place.start()
    dropped = put_strangers(place.inbox / ".work", place.root)
    dropped += [place.drop(f"{number}.png", png(number)) for number in range(5)]
    for number in range(5):
        place.wait_for_row(f"{number}.png")
    assert running.stop() == 0
    place.once()
    assert sorted(row["sha256"] for row in place.rows()) == sorted(dropped)


def test_another_file_under_the_name_of_a_claim_is_judged_anew(place: Place) -> None:
    """Swapped while its reader holds the first: the row is of the bytes that go into the archive."""
    place.start(**faulty_readers(place.root))
    place.drop("x.png", png(1, HOLD))
    wait_for(Path(place.root / "gate.reached").exists, "a reader at x.png")
    (claimed,) = place.in_work()
    data = png(8, "the stranger")
    (place.root / "new").write_bytes(data)
    os.replace(place.root / "new", place.inbox / ".work" / claimed)
    (place.root / "gate").touch()
    row = place.wait_for_row("x.png")
    assert (row["prediction"], row["sha256"]) == ("8", sha256(data))
    place.assert_conserved([sha256(data)])


def test_a_link_under_the_name_of_a_claim_is_not_followed(place: Place) -> None:
    """What it points to is neither read nor moved; the daemon lives on."""
    running = place.start(**faulty_readers(place.root))
    secret = place.root / "secret.png"
    secret.write_bytes(png(9, "secret"))
    place.drop("x.png", png(1, HOLD))
    wait_for(Path(place.root / "gate.reached").exists, "a reader at x.png")
    (claimed,) = place.in_work()
    (place.inbox / ".work" / claimed).unlink()
    (place.inbox / ".work" / claimed).symlink_to(secret)
    (place.root / "gate").touch()
    dropped = [place.drop("y.png", png(2))]
    place.wait_for_row("y.png")
    assert secret.read_bytes() == png(9, "secret")
    assert sha256(png(9, "secret")) not in place.kept()
    assert set(dropped) <= set(place.kept())
    assert running.process.poll() is None


def test_folders_that_stand_too_open_are_closed(place: Place) -> None:
    """Work folder and state are 0700 also where they were there before, wider; results may be read by the group."""
    for folder in (place.inbox / ".work", place.inbox / ".work" / "quarantine", place.outbox, place.state):
        folder.mkdir(mode=0o777)
        folder.chmod(0o777)
    dropped = [place.drop("1.png", png(1))]
    running = place.start()
    for folder in (place.inbox / ".work", place.inbox / ".work" / "quarantine", place.state):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder
    place.assert_conserved(dropped)
    assert stat.S_IMODE((place.outbox / "results.csv").stat().st_mode) == 0o640
    running.process.send_signal(signal.SIGTERM)
