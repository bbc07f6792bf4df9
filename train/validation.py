"""What temperature and thresholds are fitted on: answers to pictures of several kinds, each with what it may choose."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from watcher.recognition.second_look import SecondLook


@dataclass(frozen=True)
class Part:
    """Answers to one kind of picture. logits: float32 (n, 10 or 11). labels: int64 (n,), -1 where there is no digit.

    lost: pictures that never reached the network, as blank or of several digits.
    weight: of the whole part among the others, however many pictures it has.
    ours: it may fit the temperature; another's pictures only choose thresholds.
    clean: its labels can be trusted and it shows nothing else, so that it may choose where `ok` and doubt begin.
    plain: its digits are as easy as digits come, and say what a second look costs.
    """

    name: str
    logits: NDArray[np.float32]
    labels: NDArray[np.int64]
    lost: int = 0
    weight: float = 1.0
    ours: bool = True
    clean: bool = True
    plain: bool = False

    @property
    def is_digits(self) -> bool:
        """Whether it shows digits; else what is none."""
        return bool((self.labels >= 0).any())


@dataclass(frozen=True)
class Validation:
    """All parts that calibration is given, and the second look with which they were answered."""

    parts: tuple[Part, ...]
    second_look: SecondLook = field(default_factory=SecondLook)

    @property
    def digits(self) -> tuple[Part, ...]:
        """The parts that show digits."""
        return tuple(part for part in self.parts if part.is_digits)

    @property
    def garbage(self) -> tuple[Part, ...]:
        """The parts that show none."""
        return tuple(part for part in self.parts if not part.is_digits)

    def roles(self) -> list[dict[str, object]]:
        """For the card: what was fitted on what."""
        return [
            {"part": part.name, "pictures": len(part.labels) + part.lost, "chose": _chose(part)} for part in self.parts
        ]


def _chose(part: Part) -> list[str]:
    if not part.is_digits:
        return []
    chosen = {
        "second_look": part.plain,
        "temperature": part.ours,
        "ok": part.clean,
        "garbage_review": part.clean,
        "garbage_unreadable": True,
    }
    return [name for name, does in chosen.items() if does]
