"""watcher.reporting, telling, diagnosis and status_line: a status in words, whoever wrote it."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.reporting.diagnosis import notes, size, wrong
from watcher.reporting.status_line import status_line
from watcher.reporting.telling import told

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DISK = {"free": 40_000_000_000, "of": 100_000_000_000}
PAUSED: dict[str, Any] = {
    "state": "paused", "since": "2026-03-01T11:56:00Z", "pid": 7, "started_at": "2026-02-27T12:00:00Z",
    "trouble": "No space left on device: /srv/outbox/results.csv", "hint": "Make room on the disk.",
    "results": 1234, "by_status": {"ok": 1200, "review": 34}, "by_reason": {"low_confidence": 34},
    "review": {"open": 30, "answered": 4},
    "results_last_minute": 12, "results_since_start": 1000, "in_hand": 3, "more_to_look_at": True,
    "oldest": {"file": "7.png", "since": "2026-03-01T11:00:00Z", "why": "half"},
    "waiting": 30, "waiting_files": [{"file": "7.png", "why": "half", "since": "2026-03-01T11:00:00Z"}],
    "ignored": 1, "ignored_files": [{"file": "notes.txt", "why": "unknown suffix '.txt'"}],
    "account": {"taken": 1238, "in_work": 3, "archived": 1200, "requeued": 30, "expired": 4, "missing": 1},
    "conservation": {"compared": "settling", "holds": True, "wrong": [], "looked_at": 32, "not_there": []},
    "pauses": 2, "paused_seconds": 250, "disks": {"inbox": DISK, "outbox": {"free": 0, "of": 10**9}, "state": DISK},
    "last_error": {"at": "2026-03-01T11:56:00Z", "message": "paused: No space left on device"},
    "engine": {"kind": "spark", "master": "spark://a:7077", "executors": 2, "slots": 8},
    "model": "net-01234567", "model_outdated": True, "version": "1.0", "inbox": "/srv/inbox", "outbox": "/srv/outbox",
    "updated_at": "2026-03-01T11:59:57Z",
}  # fmt: skip


@pytest.fixture(autouse=True)
def greenwich(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Times are told as of here."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()
    os.environ.get("TZ")


def test_what_is_wrong_comes_first() -> None:
    """Then how it stands, then what it is; a person reads it from the top."""
    assert [
        "state    paused (pid 7) since 11:56:00 (4 minutes ago)",
        "trouble  No space left on device: /srv/outbox/results.csv",
        "         Make room on the disk.",
        "note     the disk has another model by now: `systemctl reload` takes it, or the next start",
        "         1 picture is missing: the log says which ones",
        "         the disk of outbox is nearly full: 0 bytes free",
        "results  1,234 (1,200 ok, 34 review)",
        "         34 low_confidence",
        "review   30 wait for a person: `digit-watcher review`; 4 corrected or confirmed",
        "speed    12 in the last minute, 1,000 since the start 2026-02-27 12:00 (2 days ago)",
        "in work  3",
        "oldest   7.png: half, since 11:00:00 (1 hour ago)",
        "waiting  30",
        "         7.png: half, since 11:00:00 (1 hour ago)",
        "         … and 29 more",
        "ignored  1",
        "         notes.txt: unknown suffix '.txt'",
        "account  1,238 taken in = 3 in work + 1,200 archived + 30 read again + 4 expired + 1 missing",
        "         adds up; the disk is compared once nothing moves",
        "         32 looks at archived pictures, all there",
        "disks    inbox, state: 40.0 GB free of 100 GB",
        "         outbox: 0 bytes free of 1.0 GB",
        "pauses   2 since the start, 4 minutes together",
        "error    11:56:00 (4 minutes ago): paused: No space left on device",
        "engine   Spark at spark://a:7077: 2 executors, 8 pictures at a time",
        "model    net-01234567",
        "version  1.0",
        "inbox    /srv/inbox",
        "outbox   /srv/outbox",
        "updated  11:59:57 (3 seconds ago)",
    ] == list(told(PAUSED, NOW))


def test_a_daemon_with_nothing_to_do_says_so() -> None:
    """It is what people hope to read."""
    idle = PAUSED | {"state": "running", "trouble": "", "in_hand": 0, "more_to_look_at": False}
    assert "state    running (pid 7) since 11:56:00 (4 minutes ago), nothing to do" == next(told(idle, NOW))
    assert [] == wrong(idle)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"trouble": ""}, []),
        ({"state": "stopped", "trouble": ""}, ["it does not run"]),
        ({"state": "stopped", "trouble": "it ended without saying so"}, ["it ended without saying so"]),
        ({"trouble": "", "silent": True}, ["it has not said anything for minutes"]),
        ({"trouble": "", "conservation": {"holds": False, "wrong": ["1 is 2"]}}, ["1 is 2"]),
        ({"state": "stopped", "trouble": "x", "ledger_trouble": "version 99"}, ["x", "version 99"]),
    ],
)
def test_what_keeps_it_from_its_work_or_shows_a_loss_is_wrong(change: dict[str, Any], expected: list[str]) -> None:
    """Each with what to do."""
    assert expected == [what for what, _ in wrong(PAUSED | change)]
    assert all(hint for _, hint in wrong(PAUSED | change))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"refused_settings": "no such key"}, "new settings were refused: no such key"),
        (
            {"account": {"quarantined": 2}},
            "2 things are in quarantine that are no files: see .work/quarantine in the inbox",
        ),
        ({"conservation": {"touched": ["results.csv is not there"]}}, "results.csv is not there"),
        (
            {"conservation": {"not_there": ["archive/a", "archive/b", "archive/c", "archive/d"]}},
            "not in the archive any more, or changed there: archive/a, archive/b, archive/c …",
        ),
    ],
)
def test_what_somebody_should_look_at_is_a_note(change: dict[str, Any], expected: str) -> None:
    """It is no trouble: the daemon does its work."""
    assert expected in notes(PAUSED | change)


def test_times_of_another_clock_are_borne() -> None:
    """The clock was set back since."""
    later = {"state": "running", "since": (NOW + timedelta(hours=1)).isoformat()}
    assert "state    running since 13:00:00 (to come, by this clock), nothing to do" == next(told(later, NOW))


def test_nothing_in_it_is_obeyed_by_a_terminal() -> None:
    """Nor does it begin a line of its own."""
    assert "error    : a\\x1b[2J\\nstate" in list(told({"last_error": {"message": "a\x1b[2J\nstate"}}, NOW))


def test_one_line_has_it_all() -> None:
    """For `systemctl status`: state, counts, what waits; and the trouble."""
    assert (
        "paused: No space left on device: /srv/outbox/results.csv; 1,234 read (1,200 ok, 34 review); 3 in hand;"
        " 30 waiting; the oldest since 2026-03-01 11:00:00Z: 7.png"
    ) == status_line(PAUSED)
    assert "running; 0 read; the account does not add up" == status_line(
        {"state": "running", "conservation": {"holds": False}}
    )


NAMES = sorted({*PAUSED, "free", "of", "at", "message", "taken", "holds", "file"})
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("2026-03-01T11:00:00Z"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=20,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(sorted(PAUSED)), ANYTHING))
def test_whatever_stands_in_the_file_is_told_or_left_out(found: dict[str, Any]) -> None:
    """An older version, a later one, or a file that somebody edited: no traceback."""
    assert all(isinstance(line, str) for line in told(found, NOW))
    assert isinstance(status_line(found), str)


@pytest.mark.parametrize(
    ("many", "expected"),
    [(0, "0 bytes"), (999, "999 bytes"), (1500, "1.5 kB"), (250e6, "250 MB"), (3e15, "3,000.0 TB")],
)
def test_bytes_are_told_in_thousands(many: float, expected: str) -> None:
    """As disks are sold."""
    assert expected == size(many)
