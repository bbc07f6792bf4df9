"""The status in words: first what is wrong, then how it stands, then what it is."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from watcher.reporting.diagnosis import disks, notes, size, wrong
from watcher.reporting.facts import Facts
from watcher.rows import printable

PLACES = (
    ("in_work", "in work"), ("to_archive", "to archive"), ("archived", "archived"), ("requeued", "read again"),
    ("expiring", "expiring"), ("expired", "expired"), ("purged", "forgotten"), ("quarantined", "in quarantine"),
    ("missing", "missing"),
)  # fmt: skip
TITLE = 8  # characters that a line's title has
_UNITS = ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def told(found: dict[str, Any], now: datetime) -> Iterator[str]:
    """All of it, line by line. now: the time of day."""
    facts = Facts(found)
    yield from _lines("state", [_state(facts, now)])
    for what, hint in wrong(found):
        yield from _lines("trouble", [what, hint])
    yield from _lines("note", notes(found))
    yield from _lines("results", _results(facts))
    yield from _lines("review", _review(facts))
    yield from _lines("speed", _speed(facts, now))
    yield from _lines("in work", [f"{many:,}" for many in [facts.number("in_hand")] if many])
    yield from _lines("oldest", _oldest(facts, now))
    for key in ("waiting", "ignored"):
        yield from _lines(key, _listed(facts, key, now))
    yield from _lines("account", _account(facts))
    yield from _lines("disks", [f"{name}: {size(disk.number('free'))} free of {size(disk.number('of'))}"
                                for name, disk in disks(facts)])  # fmt: skip
    yield from _lines("pauses", _pauses(facts))
    if error := facts.part("last_error"):
        yield from _lines("error", [f"{_when(error.time('at'), now)}: {error.text('message')}"])
    yield from _lines("engine", _engine(facts))
    for key in ("model", "version", "inbox", "outbox"):
        yield from _lines(key, [facts.text(key)])
    yield from _lines("updated", [_when(facts.time("updated_at"), now)])


def _lines(title: str, said: list[str]) -> Iterator[str]:
    for line in filter(None, said):
        yield f"{title:{TITLE}} {printable(line)}"
        title = ""


def _state(facts: Facts, now: datetime) -> str:
    state, pid, since = facts.text("state"), facts.number("pid"), facts.time("since")
    idle = state == "running" and not (facts.number("in_hand") or facts.yes("more_to_look_at"))
    words = f"{state or 'unknown'}{' (pid ' + str(pid) + ')' if pid else ''}"
    return words + (f" since {_when(since, now)}" if since else "") + (", nothing to do" if idle else "")


def _results(facts: Facts) -> list[str]:
    by = ", ".join(f"{n:,} {status}" for status, n in sorted(facts.numbers("by_status")))
    reasons = [f"{n:,} {reason}" for reason, n in sorted(facts.numbers("by_reason"))]
    return [f"{facts.number('results'):,}" + (f" ({by})" if by else ""), *reasons]


def _review(facts: Facts) -> list[str]:
    waiting, answered = (facts.part("review").number(key) for key in ("open", "answered"))
    if not waiting and not answered:
        return []
    verb = "waits" if waiting == 1 else "wait"
    said = f"{waiting:,} {verb} for a person: `digit-watcher review`" if waiting else "nothing waits for a person"
    return [said + (f"; {answered:,} corrected or confirmed" if answered else "")]


def _speed(facts: Facts, now: datetime) -> list[str]:
    started = facts.time("started_at")
    if not facts.number("pid") or not started:
        return []
    lately, ever = facts.number("results_last_minute"), facts.number("results_since_start")
    return [f"{lately:,} in the last minute, {ever:,} since the start {_when(started, now)}"]


def _oldest(facts: Facts, now: datetime) -> list[str]:
    oldest = facts.part("oldest")
    if not oldest or not facts.number("pid"):
        return []
    return [f"{oldest.text('file')}: {oldest.text('why')}, since {_when(oldest.time('since'), now)}"]


def _listed(facts: Facts, key: str, now: datetime) -> list[str]:
    many = facts.number(key)
    if not many:
        return []
    items = facts.parts(f"{key}_files")
    lines = [f"{many:,}"]
    for item in items:
        since = item.time("since")
        lines.append(f"{item.text('file')}: {item.text('why')}" + (f", since {_when(since, now)}" if since else ""))
    return lines + ([f"… and {many - len(items):,} more"] if many > len(items) > 0 else [])


def _account(facts: Facts) -> list[str]:
    account, compared = facts.part("account"), facts.part("conservation")
    if not account:
        return []
    places = " + ".join(f"{n:,} {word}" for key, word in PLACES if (n := account.number(key)))
    verdict = "does not add up" if compared.no("holds") else {
        "at rest": "adds up, and agrees with the disk", "settling": "adds up; the disk is compared once nothing moves",
    }.get(compared.text("compared"), "adds up")  # fmt: skip
    lines = [f"{account.number('taken'):,} taken in = {places or '0'}", verdict]
    if looked := compared.number("looked_at"):
        looks = "1 look" if looked == 1 else f"{looked:,} looks"
        absent = len(compared.texts("not_there"))
        lines.append(f"{looks} at archived pictures, {f'{absent:,} not there' if absent else 'all there'}")
    return lines


def _pauses(facts: Facts) -> list[str]:
    many = facts.number("pauses")
    return [f"{many:,} since the start, {_lasting(facts.number('paused_seconds'))} together"] if many else []


def _engine(facts: Facts) -> list[str]:
    engine = facts.part("engine")
    if not engine or not facts.number("pid"):
        return []
    executors, slots = engine.number("executors"), engine.number("slots")
    if master := engine.text("master"):
        who = f"Spark at {master}: {_many(executors, 'executor')}"
    else:
        who = f"{_many(executors, 'reader')} on this machine"
    return [f"{who}, {_many(slots, 'picture')} at a time"]


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"


def _when(then: datetime | None, now: datetime) -> str:
    """In local time, and how long ago; of another day with its date."""
    if then is None:
        return ""
    here, today = then.astimezone(), now.astimezone()
    clock = f"{here:%H:%M:%S}" if here.date() == today.date() else f"{here:%Y-%m-%d %H:%M}"
    seconds = int((now - then).total_seconds())
    return f"{clock} ({_lasting(seconds)} ago)" if seconds >= 0 else f"{clock} (to come, by this clock)"


def _lasting(seconds: int) -> str:
    size, unit = next(((size, unit) for size, unit in _UNITS if seconds >= size), (1, "second"))
    many = seconds // size
    return f"{many} {unit}{'s' * (many != 1)}"
