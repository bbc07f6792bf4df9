"""A session on a cluster that the test plays itself, and an engine that knows no other."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from fakes import SEVEN, claim

from watcher.engine import Loss, Outcome
from watcher.records import Claim, Identity
from watcher.spark.asking import Level
from watcher.spark.engine import SparkEngine
from watcher.spark.session import SessionSettings
from watcher.spark.words import Away, Died, Done, Ready, Refused, State, Word
from watcher.terms import Terms

MARK = "5f1e0e0c-0000-4000-8000-000000000000"
READY = Ready(ready="net", misread="37", slots=2, executors=1, differing="")


def settings(work: Path, **others: Any) -> SessionSettings:
    """Of a session that reads what lies in `work`."""
    told = SessionSettings(
        master="spark://there:7077", python="/usr/bin/python3", properties=None, patience_seconds=90.0,
        scratch="/state/spark", work=str(work), work_there="/there/.work", model=3,
        terms=Terms("unit", "image", 1000, 1 << 30, 30.0, None),
    )  # fmt: skip
    return SessionSettings(**{name: others.get(name, getattr(told, name)) for name in told.__slots__})


class Asked(NamedTuple):
    """A job that was asked for."""

    number: int
    mark: str
    parts: list[list[str]]

    @property
    def ids(self) -> set[str]:
        return {id_ for part in self.parts for id_ in part}


class Played:
    """What the engine takes for a session; `coming` is what it will hear, an error among it ends it."""

    def __init__(self) -> None:
        self.coming, self.asked = list[Word | list[Outcome] | Exception](), list[Asked]()
        self.closed = 0

    def fileno(self) -> int:
        raise AssertionError("nobody waits for a session that is played")

    def ask(self, number: int, mark: str, parts: Sequence[Sequence[str]]) -> None:
        assert not self.closed
        self.asked.append(Asked(number, mark, [list(part) for part in parts]))

    def words(self) -> Iterator[Word | list[Outcome]]:
        while self.coming:
            word = self.coming.pop(0)
            if isinstance(word, Exception):
                raise word
            yield word

    def close(self) -> None:
        self.closed += 1


class Cluster:
    """A Spark engine whose session is played, the pictures it has given back, and a clock."""

    def __init__(self, folder: Path, suspicion: dict[str, Level] | None = None, **others: Any) -> None:
        self.work, self.now = folder, 0.0
        (folder / "identity").write_text(f"{MARK}\n")
        self.session, self.lost = Played(), list[Loss]()
        self.engine = SparkEngine(
            settings(folder, **others), 100, {} if suspicion is None else suspicion,
            clock=lambda: self.now, start=lambda _: self.session,  # type: ignore[arg-type, return-value]
        )  # fmt: skip
        self.engine.on_lost = self.lost.append

    def say(self, *words: Word | list[Outcome] | Exception) -> list[Outcome]:
        """What the session says next; gives what the engine makes of it."""
        self.session.coming += words
        return self.engine.collect()

    def ready(self, slots: int = 2) -> "Cluster":
        """The session is open."""
        assert [] == self.say(READY.model_copy(update={"slots": slots}))
        return self

    def submit(self, *numbers: int, **fields: Any) -> list[Claim]:
        """Pictures of these numbers."""
        claims = [claim(number, **fields) for number in numbers]
        self.engine.submit(claims)
        return claims

    def news(self) -> list[Asked]:
        """Jobs that were asked for since the last call."""
        asked, self.session.asked = self.session.asked, []
        return asked

    def job(self) -> Asked:
        """The one job that was asked for since the last call."""
        (asked,) = self.news()
        return asked

    def die(self, number: int, why: str = "lost") -> list[Outcome]:
        """A job died."""
        return self.say(Died(died=number, why=why))

    def end(self, number: int) -> list[Outcome]:
        """A job ended well."""
        return self.say(Done(done=number))

    def away(self, ids: Sequence[str], why: str = "it is not there", host: str = "one") -> list[Outcome]:
        """An executor could not read these."""
        return self.say(Away(away=list(ids), host=host, why=why))

    def alone(self, id_: str) -> int:
        """Let jobs die until one of this picture alone is asked for; the others are read. Gives its job's number."""
        for _ in range(1000):
            asked = self.job()
            if {id_} == asked.ids:
                return asked.number
            if id_ in asked.ids:
                self.die(asked.number)
            else:
                self.say([verdict(other) for other in asked.ids], Done(done=asked.number))
        raise AssertionError(f"{id_} was never asked for alone")


def verdict(id_: str, size: int = 3, mtime_ns: int = 4) -> Outcome:
    """What an executor says of a picture: device and inode are none."""
    return Outcome(id_, SEVEN, Identity(0, 0, size, mtime_ns))


def state(slots: int, executors: int) -> State:
    """How the cluster is."""
    return State(slots=slots, executors=executors)


def refused(kind: str, error: str = "no", hint: str = "do it") -> Refused:
    """The end of a session, or no begin of one."""
    return Refused(refused=kind, error=error, hint=hint)
