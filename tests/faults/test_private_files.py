"""Invariant 7: what the daemon makes is closed to strangers, whatever umask it was started with."""

import os
import stat
from pathlib import Path

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place


def made_by_us(place: Place) -> list[Path]:
    """Everything in outbox, state and work folder but the pictures, which keep their owners' modes."""
    found = [place.outbox, *place.outbox.rglob("*"), place.inbox / ".work", *(place.inbox / ".work").rglob("*")]
    return [path for path in found if path.suffix != ".png"]


def test_nothing_is_open_to_others(place: Place) -> None:
    """Started with umask 0: no file or folder of ours may be read, written or entered by others; the group may
    read results, and may write nothing; state and work folder are the daemon's alone."""
    running = place.start(before=lambda: os.umask(0) and None)
    place.drop("a/7.png", png(7, "x"))
    place.drop("broken.png", png(7, "x")[:-30])
    place.wait_for_row("a/7.png")
    place.wait_for_row("broken.png")
    assert running.stop() == 0
    modes = {str(path.relative_to(place.root)): stat.S_IMODE(path.lstat().st_mode) for path in made_by_us(place)}
    assert {name: oct(mode) for name, mode in modes.items() if mode & 0o027} == {}
    assert {modes["outbox/.state"], modes["inbox/.work"], modes["inbox/.work/quarantine"]} == {0o700}
    assert {modes["outbox/results.csv"], modes["outbox/results.jsonl"], modes["outbox/status.json"]} == {0o640}
    assert any(name.endswith(".reason.txt") for name in modes)


def test_a_picture_keeps_its_owners_mode(place: Place) -> None:
    """A scan that only its owner may read is not opened to the group by being archived."""
    place.drop("7.png", png(7, "x"))
    os.chmod(place.inbox / "7.png", 0o600)
    place.once()
    row = place.wait_for_row("7.png")
    assert stat.S_IMODE((place.outbox / row["archived_to"]).stat().st_mode) == 0o600
