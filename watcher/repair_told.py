"""What `repair` did, or would do: in words, or as JSON."""

import json
from collections.abc import Iterator

from watcher.taking_in import SHOWN, Listing, Taken

_STATES = (
    ("archived", "with the picture at its place"),
    ("recorded", "with the picture still to be archived, which the next run does"),
    ("expired", "whose picture had its time, and is gone"),
    ("missing", "without a picture"),
)


def as_json(taken: Taken, corrections: int, unknown: Listing, *, dry_run: bool) -> str:
    """One object; bad: id → why that row cannot be used; of remarks and unknown files the first few by name."""
    return json.dumps(
        {
            "dry_run": dry_run, "rows": taken.states.total(),
            "states": {name: taken.states[name] for name, _ in _STATES},
            "corrections": corrections, "bad": taken.bad, "remarks": taken.remarks.count,
            "first_remarks": taken.remarks.first, "unknown": unknown.count, "first_unknown": unknown.first,
        },
        indent=1, ensure_ascii=False,
    )  # fmt: skip


def in_words(taken: Taken, corrections: int, unknown: Listing, *, dry_run: bool) -> str:
    """Some lines."""
    return "\n".join(_lines(taken, corrections, unknown, dry_run=dry_run))


def _lines(taken: Taken, corrections: int, unknown: Listing, *, dry_run: bool) -> Iterator[str]:
    total = taken.states.total()
    verb = "would be taken" if dry_run else "taken"
    yield f"{total:,} {'row' if total == 1 else 'rows'} {verb} into the ledger"
    for state, what in _STATES:
        if taken.states[state]:
            yield f"  {taken.states[state]:,} {what}"
    if corrections:
        yield f"{corrections:,} {'correction' if corrections == 1 else 'corrections'} {verb} into the ledger"
    yield from _listed("remarks", taken.remarks.first, taken.remarks.count)
    yield from _listed("rows that cannot be used", list(taken.bad.values()), len(taken.bad))
    title = "files in archive/ and rejected/ that no row knows (they are left alone)"
    yield from _listed(title, unknown.first, unknown.count)


def _listed(title: str, items: list[str], number: int) -> Iterator[str]:
    if not number:
        return
    yield f"{number:,} {title}:"
    yield from (f"  {item}" for item in items[:SHOWN])
    if number > SHOWN:
        yield f"  … and {number - SHOWN:,} more"
