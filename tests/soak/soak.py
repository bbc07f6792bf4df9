"""Kill the daemon again and again, in every manner and at any time, while pictures keep coming in."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.end_to_end.conservation import Account
from tests.end_to_end.place import Place
from tests.end_to_end.process import Running
from tests.soak.arrivals import Arrivals
from tests.soak.mortal import KILLED, environment

MOST_BOUNDARIES = 150  # about as many as a start and two batches cross
MOST_WAITING = 4000  # pictures; beyond, a daemon lives some seconds longer


@dataclass
class Result:
    """What was done, and what came of it. kills: by kind."""

    kills: Counter[str] = field(default_factory=Counter)
    dropped: int = 0
    seconds: float = 0.0
    account: Account = field(default_factory=Account)


class Soak:
    """One run. The seed decides about the pictures and the kills; the machine about what they meet."""

    def __init__(self, place: Place, *, kills: int, pictures: int, seed: int, fake: bool, life: float) -> None:
        """life: seconds that a daemon lives at most; one in ten lives three times as long, to read what waits."""
        self._place, self._kills, self._pictures, self._fake = place, kills, pictures, fake
        self._random, self._longest = random.Random(seed), life
        self._rows = self._looked_at = 0  # of results.csv, and up to which byte
        outside = place.root / "outside"
        outside.mkdir()
        self._arrivals = Arrivals(place.inbox, outside, seed)
        self.result = Result()

    def run(self, on_kill: Callable[[int], None] = lambda _: None) -> Result:
        """Kill and start again, drain in peace, and take the account."""
        began = time.monotonic()
        self._arrivals.start()
        try:
            while (done := self.result.kills.total()) < self._kills:
                self._arrivals.allow(self._pictures * (done + 1) // self._kills)
                self._live_and_die()
                on_kill(self._arrivals.count)
        finally:
            self._arrivals.finish()
        self._place.once(seconds=3600, **environment(fake=self._fake))
        dropped = +self._arrivals.dropped
        self.result.dropped = dropped.total()
        account = self._place.account(dropped.elements(), came_back=self._arrivals.came_back)
        blamed = sum(row["reason"] in ("crashed_reader", "timed_out") for row in self._place.rows())
        account.same(0, blamed, "pictures that are blamed for a kill")
        self.result.account = account
        self.result.seconds = time.monotonic() - began
        return self.result

    def _live_and_die(self) -> None:
        alone, at_boundary = self._random.random() < 0.5, self._random.random() < 0.4
        kill = f"at:{self._random.randint(1, MOST_BOUNDARIES)}" if at_boundary else ""
        life = self._random.uniform(0, self._longest) * (3 if self._random.random() < 0.1 else 1)
        at_work, asked = self._random.random() < 0.7, self._random.random() < 0.1
        if self._arrivals.count - self._rows_so_far() > MOST_WAITING:
            kill, life = "", life + 3.0
        running = Running(self._place.root, **environment(fake=self._fake, kill=kill, alone=alone))
        try:
            code = _wait_until_ready(running) if at_work else None
            if code is None:
                code = _wait(running, max(life, self._longest) if kill else life)
            if code is None and asked:
                running.process.terminate()
                code = _wait(running, self._random.uniform(0, 0.2))
            by_itself = code is not None
            if not by_itself:
                (os.kill if alone else os.killpg)(running.process.pid, signal.SIGKILL)
                code = running.process.wait(10)
            self._note(running, code, by_itself, alone, asked)
        finally:
            running.end()

    def _rows_so_far(self) -> int:
        path = self._place.outbox / "results.csv"
        if path.exists():
            with open(path, "rb") as file:
                file.seek(self._looked_at)
                new = file.read()
            self._rows, self._looked_at = self._rows + new.count(b"\n"), self._looked_at + len(new)
        return self._rows

    def _note(self, running: Running, code: int | None, by_itself: bool, alone: bool, asked: bool) -> None:
        said = running.log()
        if "Traceback" in said or (code != KILLED and not (asked and code in (0, -signal.SIGTERM, 143))):
            raise AssertionError(f"the daemon ended with {code}:\n{said}")
        if code == KILLED:
            moment = "at a boundary" if by_itself else "at an instant"
            whom = "the main process alone" if alone else "the whole group"
            when = "at work" if running.heard("READY=1") else "starting"
            self.result.kills[f"{whom}, {moment}, {when}"] += 1


def _wait_until_ready(running: Running) -> int | None:
    while (code := running.process.poll()) is None and not running.heard("READY=1"):
        time.sleep(0.002)
    return code


def _wait(running: Running, seconds: float) -> int | None:
    """Its exit code, or None where it lives on."""
    until = time.monotonic() + seconds
    while (code := running.process.poll()) is None and time.monotonic() < until:
        time.sleep(0.002)
    return code
