"""How progress is shown: a bar with rate and time left on a terminal, and nothing of it elsewhere."""

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn, TypeVar

from tqdm import tqdm

if TYPE_CHECKING:
    Bar = tqdm[NoReturn]

Item = TypeVar("Item")

DELAY_SECONDS = 0.3  # what is done sooner needs no bar: it would only flicker
_LINES_EVERY_SECONDS = 0.1


def bar(
    total: int | None, unit: str, what: str = "", *, done: int = 0, smoothing: float = 0.1, drawn: bool = True
) -> "Bar":  # fmt: skip
    """A bar to `update` and `close`, best in a `with`. It leaves nothing behind.

    total: None where that cannot be known; there is no time left then. unit: in the plural; `bytes` are shown as KiB,
    MiB, …. done: what was done in an earlier life. smoothing: 0 for the rate since the start, 1 for the latest. drawn:
    whether there is to be one, on a terminal.
    """
    of_bytes = unit == "bytes"
    return tqdm(
        total=total, unit="B" if of_bytes else f" {unit}", unit_scale=of_bytes, unit_divisor=1024, desc=what or None,
        initial=done, smoothing=smoothing, leave=False, dynamic_ncols=True, delay=DELAY_SECONDS,
        disable=not (drawn and shown()),
    )  # fmt: skip


@contextmanager
def waiting(what: str) -> Iterator[Callable[[], None]]:
    """What to call now and then while something goes on of which nobody knows how long it takes."""
    with bar(None, "", what) as drawn:
        drawn.bar_format = "{desc}: {elapsed}"

        def tick() -> None:
            drawn.update()

        yield tick


def each(items: Iterable[Item], unit: str, what: str = "", total: int | None = None) -> Iterator[Item]:
    """The items, with a bar that says how many have been given. total: where `len` cannot tell."""
    if total is None and isinstance(items, Sized):
        total = len(items)
    with bar(total, unit, what) as drawn:
        for item in items:
            yield item
            drawn.update()


def shown() -> bool:
    """Whether there is a terminal that can go back to the start of a line."""
    return sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb"


@contextmanager
def aside(drawn: "Bar") -> Iterator[None]:
    """The bar is away meanwhile, so that lines can be written."""
    visible = not drawn.disable and drawn.last_print_t >= drawn.start_t + (drawn.delay or 0)
    if visible:
        drawn.clear()
    yield
    if visible:
        drawn.refresh()


@contextmanager
def lines_above(drawn: "Bar", write: Callable[[str], object]) -> Iterator[Callable[[str], None]]:
    """What writes lines above a bar, some at a time: one by one they would make it flicker. Without a bar, at once."""
    held: list[str] = []
    written = time.monotonic()

    def flush() -> None:
        nonlocal written
        if held:
            with aside(drawn):
                write("\n".join(held))
            held.clear()
        written = time.monotonic()

    def say(line: str) -> None:
        held.append(line)
        if drawn.disable or time.monotonic() - written >= _LINES_EVERY_SECONDS:
            flush()

    try:
        yield say
    finally:
        flush()
