"""SIGHUP: settings and model are read anew, tried beside the work, and taken whole or not at all."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from watcher.config import Config
from watcher.engine import Engine
from watcher.engines import one_reader, start_engine
from watcher.errors import ConfigError, DigitWatcherError, ModelError
from watcher.files import Files
from watcher.held_model import HeldModel
from watcher.recognition.specimens import MOST_MISREAD
from watcher.settings import Group
from watcher.systemd import notify
from watcher.times import written

log = logging.getLogger(__name__)
FIXED = {  # by their names in config.yaml, with what is tied to them
    "inbox": "A change of folders needs a restart.",  # locks, ledger and marks
    "outbox": "A change of folders needs a restart.",
    "state_folder": "A change of folders needs a restart.",
    "engine": "A change of the engine needs a restart.",  # its trial would need a second cluster
    "spark": "A change of the cluster needs a restart.",
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """New settings, with the model that they name and readers that read by it; or have read, where a cluster will."""

    config: Config
    model: HeldModel
    engine: Engine

    def close(self) -> None:
        """Give it up."""
        self.engine.close()
        self.model.close()


class Reloading:
    """What has become of the wish for other settings. All methods but `ask` are the loop's; none waits."""

    def __init__(self, in_use: Config, files: Files, load: Callable[[], Config]) -> None:
        """load: reads the settings as they are now; it may raise ConfigError."""
        self._in_use, self._files, self._load = in_use, files, load
        self._asked = False
        self._candidate: Candidate | None = None
        self.taken = self.refused = 0
        self.last_refusal = ""  # with its time; "" once others were taken

    def ask(self, *_: object) -> None:
        """Look at the settings again: the handler of SIGHUP."""
        self._asked = True

    def waitables(self) -> Sequence[Any]:
        """What becomes readable when there is news of a candidate."""
        return self._candidate.engine.waitables() if self._candidate else []

    def look(self) -> Candidate | None:
        """The candidate, once it has passed; from then on it is the caller's. Says where one is refused."""
        try:
            if self._asked:
                self._asked = False
                self._begin()
            if self._candidate is None or not self._candidate.engine.is_ready():
                return None
            refuse_misreading(self._candidate.engine)
        except (DigitWatcherError, OSError) as error:
            self._refuse(error)
            return None
        taken, self._candidate = self._candidate, None
        self._in_use, self.last_refusal = taken.config, ""
        self.taken += 1
        log.info("new settings are in use; pictures are read by %s", taken.engine.model_name)
        if taken.config.engine != "local":
            taken.engine.close()  # the daemon makes another where it finds one closed
        return taken

    def close(self) -> None:
        """Give up a candidate that is being tried."""
        if self._candidate:
            self._candidate.close()
        self._candidate = None

    def _begin(self) -> None:
        self.close()
        notify(RELOADING=1, MONOTONIC_USEC=time.monotonic_ns() // 1000, STATUS="trying new settings")
        config = self._load()
        for name, hint in FIXED.items():
            for key, old, new in _changes(name, getattr(self._in_use, name), getattr(config, name)):
                raise ConfigError(f"`{key.removesuffix('_folder')}` is {new}, and {old} is in use", hint=hint)
        model = HeldModel(config.model_path)
        try:
            engine = self._engine(config, model)
        except BaseException:
            model.close()
            raise
        self._candidate = Candidate(config, model, engine)

    def _engine(self, config: Config, model: HeldModel) -> Engine:
        if config.engine == "local":
            return start_engine(config, self._files, model, {})
        return one_reader(config, self._files, model)  # a cluster is not asked twice

    def _refuse(self, error: Exception) -> None:
        self.close()
        self.refused += 1
        self.last_refusal = f"{error} ({written(datetime.now(UTC))})"
        log.error("new settings are refused, the old ones stay in use: %s. %s", error, getattr(error, "hint", ""))
        notify(READY=1)


def _changes(name: str, old: Any, new: Any) -> Iterator[tuple[str, Any, Any]]:
    """Settings of that name, or in the group of that name, that differ: key, old and new value."""
    if isinstance(old, Group):
        for key in type(old).model_fields:
            yield from _changes(f"{name}.{key}", getattr(old, key), getattr(new, key))
    elif old != new:
        yield name, old, new


def refuse_misreading(engine: Engine) -> None:
    """Raise ModelError for a model that misreads too many of the built-in pictures."""
    if len(engine.misread) > MOST_MISREAD:
        raise ModelError(
            f"{engine.model_name} misreads the built-in {', '.join(engine.misread)}",
            hint="Is it a model of digits? For a Keras model, `input` in config.yaml says how it is fed:"
            " compare with how it was trained.",
        )
