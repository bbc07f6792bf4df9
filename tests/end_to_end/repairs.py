"""A ledger that is backed up, put back and repaired, as a person does it by hand, and how `run` refuses one."""

import os
import shutil
from pathlib import Path

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place


def read(place: Place, *names: str) -> list[str]:
    """Drop pictures and have them read; gives their sha256."""
    dropped = [place.drop(name, png(7, f"{name} {os.urandom(4).hex()}")) for name in names]
    place.once()
    return dropped


def backup(place: Place) -> Path:
    """A backup of the ledger as it is now."""
    file = place.root / "backup.sqlite3"
    done = place.command("backup", file)
    assert done.returncode == 0, done.stderr
    return file


def restore(place: Place, file: Path) -> None:
    """As a person does it by hand, with the daemon stopped."""
    for path in place.state.glob("ledger.sqlite3*"):
        path.unlink()
    shutil.copy(file, place.state / "ledger.sqlite3")


def refused(place: Place) -> str:
    """What `run` says when it refuses the ledger; it leaves the results files as they are."""
    before = (place.outbox / "results.csv").read_bytes(), (place.outbox / "results.jsonl").read_bytes()
    done = place.command("run", "--once")
    assert done.returncode == 4, done.stderr
    assert "Traceback" not in done.stderr
    assert before == ((place.outbox / "results.csv").read_bytes(), (place.outbox / "results.jsonl").read_bytes())
    return done.stderr


def repair(place: Place, *options: str | Path) -> str:
    """Run `repair`, which must end well; gives what it said."""
    done = place.command("repair", *options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
