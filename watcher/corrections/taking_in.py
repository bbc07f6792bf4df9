"""Corrections that the ledger does not know, taken into it from corrections.csv."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from watcher.corrections.labels import Correction
from watcher.corrections.rows import HEADER, correction_of_line
from watcher.corrections.sheets import NAME
from watcher.ledger import Ledger
from watcher.rotation import set_aside
from watcher.sources import opened
from watcher.tail import id_in, lines

_AT_ONCE = 500


@dataclass(slots=True)
class TakenCorrections:
    """What was done. bad: id → why its row cannot be used."""

    count: int = 0
    bad: dict[str, str] = field(default_factory=dict)


def take_corrections(outbox: Path, ledger: Ledger, *, dry_run: bool) -> TakenCorrections:
    """Take in all that the ledger does not know, in the order of the file. Raises OSError where the file fails.

    A torn row at its end is cut off: what was said there stands in the ledger or in a wish, or was never done.
    """
    taken, pending = TakenCorrections(), list[Correction]()
    for one in _unknown(outbox, ledger, taken, dry_run=dry_run):
        pending.append(one)
        if len(pending) >= _AT_ONCE:
            ledger.take_in_corrections(pending)
            pending = []
    ledger.take_in_corrections(pending)
    return taken


def _unknown(outbox: Path, ledger: Ledger, taken: TakenCorrections, *, dry_run: bool) -> Iterator[Correction]:
    folder = os.fsencode(outbox)
    now = folder + b"/" + NAME.encode()
    for path in (*set_aside(folder, b".csv", b"corrections"), now):
        cut = not dry_run and path == now
        with opened(path, to_cut=cut) as descriptor:
            if descriptor >= 0:
                yield from _of_file(descriptor, ledger, taken, cut=cut)


def _of_file(descriptor: int, ledger: Ledger, taken: TakenCorrections, *, cut: bool) -> Iterator[Correction]:
    for at, line in lines(descriptor, 0):
        id_ = id_in(line)
        if id_ is None or ledger.correction(id_):
            continue
        if not line.endswith(b"\n"):
            if cut:
                os.ftruncate(descriptor, max(at, len(HEADER)))
                os.fsync(descriptor)
            continue
        try:
            one = correction_of_line(line)
        except ValueError as error:
            taken.bad[id_] = f"{NAME}, {id_}: {error}"
        else:
            taken.count += 1
            yield one
