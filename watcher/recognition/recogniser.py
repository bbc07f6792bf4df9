"""Decode, normalise, predict, judge: the four in a row, the same for daemon, `predict`, training and tests."""

import hashlib
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from watcher.recognition.decode import DEFAULT_LIMITS, Limits, decode_pixels, inspect
from watcher.recognition.formats import Header, read_header
from watcher.recognition.model import Model
from watcher.recognition.normalise import Normalised, normalise
from watcher.recognition.quiet import hushed
from watcher.recognition.steps import ALL_STEPS, Steps
from watcher.recognition.verdict import SCORE_PLACES, Reason, Status, Unreadable, Verdict, answer, judge, percent

PICTURES_AT_ONCE, PIXELS_AT_ONCE = 64, 1 << 19  # that go from step to step together


@dataclass(frozen=True, slots=True)
class Sight:
    """A verdict with what led to it, for figures.

    grey: (h, w) uint8 or None where decoding failed. digit: (28, 28) uint8 that the network saw, or None.
    """

    verdict: Verdict
    grey: NDArray[np.uint8] | None = None
    digit: NDArray[np.uint8] | None = None


class _Way:
    """One picture between two of its steps; `sight` is there when it has come to its end, which may be early."""

    sight: Sight

    def __init__(self, steps: Generator[Any, Any, Sight]) -> None:
        self._steps, self._ended = steps, False
        self.pixels: int = self._go() or 0

    def decode(self) -> None:
        self._go()

    def normalise(self) -> NDArray[np.uint8] | None:
        digit: NDArray[np.uint8] | None = self._go()
        return digit

    def judge(self, logits: Sequence[float]) -> None:
        self._go(logits)

    def _go(self, given: Any = None) -> Any:
        if not self._ended:
            try:
                return self._steps.send(given)
            except StopIteration as end:
                self.sight, self._ended = end.value, True
        return None


def _small_together(ways: Iterable[_Way]) -> Iterator[list[_Way]]:
    """In their order; a large picture by itself, as the limit of memory is made for one."""
    group, pixels = list[_Way](), 0
    for way in ways:
        if group and (pixels + way.pixels > PIXELS_AT_ONCE or len(group) == PICTURES_AT_ONCE):
            yield group
            group, pixels = [], 0
        group.append(way)
        pixels += way.pixels
    if group:
        yield group


class Recogniser:
    """Reads pictures: a pure function of their bytes and the model."""

    def __init__(self, model: Model, limits: Limits = DEFAULT_LIMITS, steps: Steps = ALL_STEPS) -> None:
        self.model = model
        self.limits = limits
        self.steps = steps

    def read(self, data: bytes) -> Verdict:
        """Read one picture. A bad picture gives a verdict with a reason, never an exception."""
        return self.see(data).verdict

    def read_all(self, pictures: Iterable[bytes]) -> Iterator[Verdict]:
        """Read each picture, as `read` does, in turn; faster than one by one."""
        return (sight.verdict for sight in self.see_all(pictures))

    def see(self, data: bytes) -> Sight:
        """Like `read`, and keeps the pictures on the way."""
        return next(self.see_all([data]))

    def see_all(self, pictures: Iterable[bytes]) -> Iterator[Sight]:
        """Like `see`, of each picture in turn.

        Small pictures go from step to step together: a step finds its code and tables in the processor's caches. Each
        is computed by itself; what others stand beside it changes no bit of its verdict.
        """
        for group in _small_together(_Way(self._steps_of(data)) for data in pictures):
            yield from self._seen(group)

    def _seen(self, group: Sequence[_Way]) -> list[Sight]:
        # By itself, so that nothing of a large picture is left when the next one comes.
        with hushed:  # once for all of them
            for way in group:
                way.decode()
        digits = [(way, digit) for way in group if (digit := way.normalise()) is not None]
        if digits:
            logits = self.model.logits(np.stack([digit for _, digit in digits])).tolist()
            for (way, _), mine in zip(digits, logits, strict=True):
                way.judge(mine)
        return [way.sight for way in group]

    def _steps_of(self, data: bytes) -> Generator[Any, Any, Sight]:
        """One picture's way: gives its pixels, nothing, its digit, and is given its logits."""
        # Of a file beyond the limit only the beginning is here: no hash rather than that of a part.
        sha256 = hashlib.sha256(data).hexdigest() if len(data) <= self.limits.max_bytes else ""
        header: Header | None = None
        grey: NDArray[np.uint8] | None = None
        try:
            header = inspect(data, self.limits)
            yield header.width * header.height
            grey = decode_pixels(data, header)
            yield
            normalised = normalise(grey, self.steps)
        except Unreadable as problem:
            header = header or _size_at_least(data)
            return Sight(unreadable(problem.reason, str(problem), sha256, header), grey)
        logits = yield normalised.digit
        return Sight(self._verdict(logits, normalised, header, sha256), grey, normalised.digit)

    def _verdict(self, logits: Sequence[float], normalised: Normalised, header: Header, sha256: str) -> Verdict:
        found = answer(logits, self.model.calibration)
        status, reason = judge(found, normalised.digits_seen > 1, self.model.thresholds)
        scores = tuple([round(score, SCORE_PLACES) for score in found.scores])
        detail = _detail(reason, found.garbage, normalised.digits_seen, self.model.thresholds.ok)
        return Verdict.of(status, reason, sha256, scores, header.width, header.height, detail)


def unreadable(reason: Reason, detail: str, sha256: str, header: Header | None = None) -> Verdict:
    """The verdict on a picture that no digit was looked for in."""
    width, height = (header.width, header.height) if header else (None, None)
    return Verdict.of(Status.UNREADABLE, reason, sha256, (), width, height, detail)


def _size_at_least(data: bytes) -> Header | None:
    try:
        return read_header(data)
    except Unreadable:
        return None


def _detail(reason: Reason | None, garbage: float, digits_seen: int, ok: float) -> str:
    match reason:
        case Reason.NOT_A_DIGIT:
            return f"this does not look like a digit ({percent(garbage)} sure)"
        case Reason.SEVERAL_DIGITS:
            return f"{digits_seen} digits seem to stand in this picture; the most prominent one was read"
        case Reason.LOW_CONFIDENCE:
            return f"less sure than the {ok:.1%} that `ok` takes"
    return ""
