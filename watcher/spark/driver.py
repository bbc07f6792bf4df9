"""The Spark driver's process, a child of the daemon. Run as `python -m watcher.spark.driver`.

Its standard input is a socket to the daemon. It says what `watcher.spark.words` lists, and takes jobs: {"job": number,
"mark", "parts": [[id, …], …]}. It opens no picture, and it ends when the daemon does; the JVM when this process does.
"""

import json
import logging
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from pydantic_core import to_json

from watcher.child import begin_as_child
from watcher.errors import DigitWatcherError, SurroundingsError
from watcher.held_model import held_bytes
from watcher.ownership import stay_for_good
from watcher.spark.asking import JOBS
from watcher.spark.cluster import LOG, STDERR, Cluster
from watcher.spark.diagnosis import why
from watcher.spark.probing import greeting
from watcher.spark.readiness import unit_hint
from watcher.spark.session import SessionSettings
from watcher.spark.storage import read_mark
from watcher.spark.words import in_words
from watcher.terms import Terms

log = logging.getLogger("driver")
STATE_SECONDS = 5.0  # between two words on how the cluster is
WARM_SECONDS = 45.0  # Spark ends a Python worker that has had nothing to do for a minute, and its reader with it
_LOOK_SECONDS = 1.0


def main() -> None:
    """Open a session, then run jobs until the daemon is gone. argv[1]: the settings as JSON."""
    link, told = begin_as_child()
    stay_for_good()  # Java is started by a shell
    settings = SessionSettings(**told | {"terms": Terms(**told["terms"])})
    speech = _Speech(link)
    with suppress(BrokenPipeError, ConnectionResetError):  # the daemon is gone
        try:
            _own_log(Path(settings.scratch))
            log.info("opening a session on %s", settings.master)
            with _as_ours(settings), Cluster(settings, held_bytes(settings.model)) as cluster, _as_ours(settings):
                log.info("waiting for executors")
                cluster.await_executors(settings.patience_seconds)
                log.info("trying what came")
                speech.say(greeting(cluster, read_mark(os.fsencode(settings.work))))
                log.info("reading")
                _Driver(cluster, speech, settings.patience_seconds).run(link)
        except DigitWatcherError as error:
            speech.say(refused(error))
        except OSError as error:
            speech.say(refused(SurroundingsError(f"no Spark session can be opened: {error}")))
    os._exit(0)  # threads of Spark's may still wait for an answer


@contextmanager
def _as_ours(settings: SessionSettings) -> Iterator[None]:
    """Spark's errors as ours. Within the session: whoever asks for their words later, finds no JVM to answer."""
    try:
        yield
    except (DigitWatcherError, OSError):
        raise
    except Exception as error:
        raise SurroundingsError(f"no Spark session can be opened: {why(error)}", hint=_hint(settings)) from error


@dataclass(frozen=True, slots=True)
class _Speech:
    """The daemon's ear: whole lines, from whichever thread."""

    link: socket.socket
    lock: threading.Lock = field(default_factory=threading.Lock)

    def say(self, *words: Any) -> None:
        lines = b"".join(word + b"\n" if isinstance(word, bytes) else to_json(word) + b"\n" for word in words)
        with self.lock:
            self.link.sendall(lines)


class _Driver:
    """Runs jobs, and watches over the cluster meanwhile."""

    def __init__(self, cluster: Cluster, speech: _Speech, patience: float) -> None:
        self._cluster, self._speech, self._patience = cluster, speech, patience
        self._running, self._over = 0, False
        self._used, self._warming = 0.0, False  # when executors last had something to do
        self._met = 0  # executors that have been given something to do
        self._pool = ThreadPoolExecutor(JOBS + 1, "job")

    def run(self, link: socket.socket) -> None:
        """Until the daemon hangs up."""
        threading.Thread(target=self._watch_all, daemon=True).start()
        with link.makefile("rb") as lines:
            for line in lines:
                told = json.loads(line)
                self._running += 1
                self._pool.submit(self._job, told["job"], told["mark"], told["parts"])
        self._over = True

    def _job(self, number: int, mark: str, parts: list[list[str]]) -> None:
        try:
            lines = self._cluster.read(mark, parts)
            self._speech.say(*lines, {"done": number})
        except OSError:
            os._exit(0)  # the daemon is gone
        except Exception as error:  # noqa: BLE001  Spark's errors have no class in common
            if not self._cluster.is_open:
                self._end({"ended": why(error)})
            self._speech.say({"died": number, "why": why(error)})
        finally:
            self._running -= 1
            self._used = time.monotonic()

    def _keep_warm(self, now: float, executors: int) -> None:
        """Let readers begin as soon as an executor has come, and stay while nobody needs them: pictures would wait."""
        self._met = min(self._met, executors)
        due = executors > self._met or now - self._used > WARM_SECONDS
        if due and not self._running and not self._warming and self._cluster.keeps_executors:
            self._met, self._used, self._warming = executors, now, True
            self._pool.submit(self._warm)

    def _warm(self) -> None:
        try:
            self._cluster.read("", [[]] * max(1, self._cluster.slots))
        except Exception as error:  # noqa: BLE001  as above; whoever reads next will be told of it
            log.info("executors could not be kept warm: %s", why(error))
        finally:
            self._warming = False

    def _watch(self) -> None:
        said = lonely_since = self._used = time.monotonic()
        while self._cluster.is_open:
            now, executors = time.monotonic(), self._cluster.executors
            if executors or not self._running:
                lonely_since = now
            elif now - lonely_since > self._patience:
                lonely = f"there has been no executor for {self._patience:.0f} s"
                self._end(refused(SurroundingsError(lonely, hint="Another session is tried until there is one.")))
            if now - said >= STATE_SECONDS:
                self._speech.say({"slots": self._cluster.slots, "executors": executors})
                said = now
            self._keep_warm(now, executors)
            time.sleep(_LOOK_SECONDS)

    def _watch_all(self) -> None:
        try:
            self._watch()
        finally:  # it looked away, whatever the reason: without it nobody learns of an end
            if not self._over:  # else it is the session that signs off
                self._end({"ended": ""})

    def _end(self, word: dict[str, str]) -> NoReturn:
        try:
            self._speech.say(word)
        finally:
            os._exit(0)


def refused(error: DigitWatcherError) -> dict[str, str]:
    """What the daemon is told of it."""
    return {"refused": type(error).__name__, "error": in_words(str(error)), "hint": in_words(error.hint)}


def _hint(settings: SessionSettings) -> str:
    where = f"{STDERR} and {LOG} in {settings.scratch} say more."
    return f"{where} Executors need what requirements/daemon.txt lists, in {settings.python}.{unit_hint()}"


def _own_log(scratch: Path) -> None:
    """What the JVM and Spark's launcher print goes into a file, and not between the daemon's lines."""
    scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(scratch / STDERR, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(descriptor, sys.stderr.fileno())
    os.close(descriptor)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")


if __name__ == "__main__":
    main()
