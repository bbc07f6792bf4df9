"""I1 as a property: arrivals, kills, full disks and meddling in any order, and each picture is there exactly once."""

import contextlib
import csv
import io
import json
import os
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

from drawing import chunk, png
from fakes import BLANK, SEVEN, Desk
from fate import Fate, Killed
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from watcher.errors import SurroundingsError
from watcher.requests import request_requeue
from watcher.rotation import Rotation

NAMES = st.sampled_from(["7.png", "8.png", "a/7.png", "a/b/7.png", "=1\n.png", "n" * 250 + ".png"])
CALLS = st.integers(1, 40)
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # thousands of syncs: on a disk they take minutes
KILLS = st.sampled_from(["before", "after", "torn"])


def picture(number: int) -> bytes:
    """A PNG that no other is equal to, but one of the same number."""
    return png(4, 4, b"\0\1\2\3\4" * 4, extra=chunk(b"tEXt", b"number\0%d" % number))


class Conservation(RuleBasedStateMachine):
    """The model is a bag of contents: what was dropped and not taken back while it still lay in the inbox."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp(prefix="conservation-", dir=MEMORY))
        self.desk = Desk(self.root)
        self.desk.rotation = Rotation("size", most_bytes=2000)
        self.desk.close()
        self.desk._open()
        self.fate = Fate()
        self.expected: Counter[bytes] = Counter()
        self.forgiven: set[str] = set()  # rows that may be missing in results.csv: it was meddled with behind them
        self.paused = False
        self.dropped = 0
        self.desk.service.recover(restarted=True)

    # -- what people do ------------------------------------------------------------------------------

    @rule(name=NAMES, again=st.booleans(), told=st.booleans(), cut=st.sampled_from([0, 0, 0, 5]))
    def drop(self, name: str, again: bool, told: bool, cut: int) -> None:
        """A new picture, or a file of that name replaced; now and then one without its end, or no event."""
        self.dropped += not again
        data = picture(self.dropped)
        self._replace(self.desk.inbox / name, data[: len(data) - cut], told)

    def _replace(self, path: Path, data: bytes, told: bool) -> None:
        self._forget(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        self.expected[data] += 1
        if told:
            self.desk.watched.hint(bytes(path))

    def _forget(self, path: Path) -> None:
        if path.is_file():  # it was not taken yet: what lay there is no arrival
            self.expected[path.read_bytes()] -= 1

    @rule(name=NAMES, whole=st.booleans())
    def write_on(self, name: str, whole: bool) -> None:
        """A file that still lies there grows, or is cut."""
        path = self.desk.inbox / name
        if path.is_file():
            data = path.read_bytes()
            self._replace(path, data + b"more" if whole else data[:-7] or b"\1", told=False)

    @rule(name=NAMES)
    def take_back(self, name: str) -> None:
        """A person deletes a file that still lies there."""
        path = self.desk.inbox / name
        self._forget(path)
        path.unlink(missing_ok=True)

    @rule(told=st.booleans())
    def move_folder_in(self, told: bool) -> None:
        """A folder with two pictures, all at once."""
        self.dropped += 1
        name = f"moved{self.dropped}"
        (self.root / name / "in").mkdir(parents=True)
        for path in (self.root / name / "7.png", self.root / name / "in" / "7.png"):
            path.write_bytes(picture(self.dropped))
            self.expected[picture(self.dropped)] += 1
        (self.root / name).rename(self.desk.inbox / name)
        if told:
            self.desk.watched.hint(bytes(self.desk.inbox / name))

    @rule(how=st.sampled_from(["remove", "empty", "cut", "append"]))
    def meddle(self, how: str) -> None:
        """results.csv is removed, emptied, cut in a row or opened and saved without its last newline."""
        path = self.desk.outbox / "results.csv"
        if not path.exists():
            return
        self.forgiven |= {
            row[0] for row in self.desk.ledger._db.execute("SELECT id FROM pictures WHERE seq IS NOT NULL")
        }
        data = path.read_bytes()
        if how == "remove":
            path.unlink()
        else:
            path.write_bytes({"empty": b"", "cut": data[: len(data) * 2 // 3], "append": data.rstrip()}[how])

    @rule(pick=st.integers(0, 20))
    def requeue(self, pick: int) -> None:
        """A person asks for a picture to be read again."""
        ids = [row[0] for row in self.desk.ledger._db.execute("SELECT id FROM pictures WHERE state = 'archived'")]
        if ids:
            request_requeue(self.desk.state, [ids[pick % len(ids)]])
            self.desk.requests.expected = True

    @rule()
    def change_of_mind(self) -> None:
        """From now on pictures are rejected, or read again."""
        self.desk.verdict = BLANK if self.desk.verdict is SEVEN else SEVEN

    @rule(folder=st.sampled_from(["archive", "rejected"]), most=st.sampled_from([None, None, 0, 100, 300]))
    def keep_no_more(self, folder: str, most: int | None) -> None:
        """From now on the oldest pictures are deleted where there are more bytes, or none any more."""
        self.desk.most_bytes[folder] = most

    # -- what becomes of the daemon ------------------------------------------------------------------

    @rule(seconds=st.sampled_from([0.0, 1.0, 3.0, 400.0]), count=st.integers(1, 4))
    def turns(self, seconds: float, count: int) -> None:
        """Time passes, and the loop turns; a daemon that pauses tries to go on."""
        self._alive(count, seconds)

    @rule(calls=CALLS, how=KILLS, count=st.integers(1, 4))
    def killed(self, calls: int, how: str, count: int) -> None:
        """`kill -9` at a lasting change, or where none is met at the end; and a start that may be killed too."""
        with contextlib.suppress(Killed), self.fate.armed(calls, how):
            self._alive(count, 3.0)
        self._start(calls * 7 % 13 + 1, how)

    @rule(calls=CALLS, count=st.integers(1, 3))
    def full(self, calls: int, count: int) -> None:
        """The disk is full from some call on; later turns find room again."""
        with self.fate.armed(calls, "full"):
            self._alive(count, 3.0)

    @precondition(lambda self: not self.paused)
    @rule()
    def restart(self) -> None:
        """A stop and a start in peace."""
        self._start(0, "")

    def _start(self, calls: int, how: str) -> None:
        self.desk.close()
        self.desk._open()
        if calls:
            with contextlib.suppress(Killed), self.fate.armed(calls, how):
                self._recover(restarted=True)
            self.desk.close()
            self.desk._open()
        self._recover(restarted=True)

    def _alive(self, count: int, seconds: float) -> None:
        for _ in range(count):
            if self.paused:
                self._recover(restarted=False)
            if not self.paused:
                try:
                    self.desk.service.turn(self.desk.now)
                except (OSError, SurroundingsError):
                    self.paused = True
            self.desk.now += seconds

    def _recover(self, *, restarted: bool) -> None:
        self.paused = True
        with contextlib.suppress(OSError, SurroundingsError):
            self.desk.service.recover(restarted=restarted)
            self.paused = False

    # -- what must hold ------------------------------------------------------------------------------

    @invariant()
    def nothing_is_doubled(self) -> None:
        """At no moment does an id stand twice, or lie more in the archive than was dropped."""
        assert not self._kept() - self.expected
        for ids in (self._csv_ids(), self._json_ids()):
            assert len(set(ids)) == len(ids)

    def teardown(self) -> None:
        """Left alone with a disk that works, all is where it belongs, exactly once."""
        try:
            if sys.exc_info()[0] is None:
                self._settle()
        finally:
            self.fate.close()
            self.desk.close()
            shutil.rmtree(self.root)

    def _settle(self) -> None:
        self._start(0, "")
        for seconds in (3.0, 3.0, 400.0, 3.0, 400.0, 3.0, 3.0, 3.0):
            self._alive(1, seconds)
        self.nothing_is_doubled()
        rows = self.desk.ledger._db.execute("SELECT id, state, seq FROM pictures").fetchall()
        states = Counter(row[1] for row in rows)
        recorded = {row[0] for row in rows if row[2] is not None}
        assert not self._kept() - self.expected
        assert self._kept().total() == states["archived"]
        assert self.expected.total() == states["archived"] + states["expired"]
        assert not set(states) - {"archived", "cancelled", "requeued", "expired"}, states
        assert sum(self.desk.ledger.results().values()) == len(recorded)
        if any(most is not None for most in self.desk.most_bytes.values()):
            self._assert_no_more_is_kept()
        assert recorded == set(self._json_ids())
        assert recorded - self.forgiven <= set(self._csv_ids()) <= recorded
        assert {"quarantine"} == {path.name for path in (self.desk.inbox / ".work").iterdir()}

    def _kept(self) -> Counter[bytes]:
        return Counter(
            (self.desk.outbox / kind / name).read_bytes()
            for kind in ("archive", "rejected")
            for name in self.desk.below(kind)
            if not name.endswith(".reason.txt")
        )

    def _assert_no_more_is_kept(self) -> None:
        for folder, most in self.desk.most_bytes.items():
            assert most is None or self.desk.ledger.stock(folder)[1] <= most

    def _csv_ids(self) -> list[str]:
        files = sorted(self.desk.outbox.glob("results*.csv"))
        rows = [row for path in files for row in csv.reader(io.StringIO(path.read_bytes().decode(), newline=""))]
        return [row[0] for row in rows if len(row) == 15 and row[0] != "id"]

    def _json_ids(self) -> list[str]:
        files = sorted(self.desk.outbox.glob("results*.jsonl"))
        lines = [line for path in files for line in path.read_bytes().split(b"\n")[:-1]]
        return [json.loads(line)["id"] for line in lines if line.endswith(b"}")]


TestConservation = Conservation.TestCase
TestConservation.settings = settings(
    max_examples=max(100, settings().max_examples // 20),
    stateful_step_count=max(25, settings().stateful_step_count // 2),
    suppress_health_check=list(HealthCheck),
    deadline=None,
)
