"""How long the steps of a running program take, told by timing the calls of functions that are named.

Only functions that are called once a batch are worth it: timing a call takes a microsecond.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import wraps
from pkgutil import resolve_name
from typing import Any
from unittest.mock import patch


@dataclass(frozen=True)
class Step:
    """name: in the table. target: `module:function` or `module:Class.method`, where it is looked up by its callers."""

    name: str
    target: str


@dataclass
class Spent:
    """seconds: by the clock, waiting for disks and others with it. processor_seconds: of the calling thread."""

    seconds: float = 0.0
    processor_seconds: float = 0.0
    calls: int = 0


StepPath = tuple[str, ...]  # names of the steps that a step was called in, and its own


class Stopwatch:
    """spent: by the path of each step, each with all that was called in it. beside: the same, in other threads."""

    def __init__(self) -> None:
        self.spent: dict[StepPath, Spent] = {}
        self.beside: dict[StepPath, Spent] = {}
        self._thread = threading.current_thread()
        self._local = threading.local()

    @contextmanager
    def over(self, steps: Sequence[Step]) -> Iterator[None]:
        """Time these while the block runs. Raises AttributeError or ImportError where a target is not there."""
        with ExitStack() as stack:
            for step in steps:
                owner, name = _found(step.target)
                stack.enter_context(patch.object(owner, name, self._timed(step.name, getattr(owner, name))))
            yield

    def clear(self) -> None:
        """Forget what was so far."""
        self.spent.clear()
        self.beside.clear()

    def _timed(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(call)
        def timed(*arguments: Any, **named: Any) -> Any:
            outer: StepPath = getattr(self._local, "open", ())
            path = self._local.open = (*outer, name)
            ours = threading.current_thread() is self._thread
            spent = (self.spent if ours else self.beside).setdefault(path, Spent())
            began, used = time.perf_counter(), time.thread_time()
            try:
                return call(*arguments, **named)
            finally:
                spent.seconds += time.perf_counter() - began
                spent.processor_seconds += time.thread_time() - used
                spent.calls += 1
                self._local.open = outer

        return timed


def _found(target: str) -> tuple[Any, str]:
    """What a target is an attribute of, and its name there."""
    module, _, path = target.partition(":")
    *owners, name = path.split(".")
    return resolve_name(f"{module}:{'.'.join(owners)}" if owners else module), name
