"""UniPen: digits and letters as the pen drew them, by hundreds of writers."""

import gzip
import json
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from watcher.errors import UsageError

LICENCE = "UniPen train_r01_v07, International Unipen Foundation, CC BY 4.0"

Part = Literal["train", "validate", "report"]
PARTS: tuple[Part, ...] = ("train", "validate", "report")

# Letters that a reader takes for a digit once they stand alone. Others resemble one now and then (a 9, D and Q 0,
# G 6, J 1): digits outnumber those by far, so learning to turn the letter away costs no digit.
LIKE_DIGITS = {
    "0": "Oo",
    "1": "Iil",
    "2": "Zz",
    "4": "y",  # with a straight back it is an open 4, with a closed bowl a 9
    "5": "Ss",
    "6": "b",
    "8": "B",
    "9": "gq",
}
_HINT = "give the folder with digits.jsonl.gz, letters-upper.jsonl.gz and letters-lower.jsonl.gz of UniPen"


@dataclass(frozen=True, slots=True)
class Strokes:
    """One sign. lines: each (n, 2) float32, x and y (downwards) of a pen held down, longer side 1000."""

    label: str
    writer: str
    lines: tuple[NDArray[np.float32], ...]


def load(folder: Path, part: Part) -> list[Strokes]:
    """The digits of the writers of one part; raises UsageError where the file is missing or broken."""
    return _read(folder / "digits.jsonl.gz", part)


def letters(folder: Path, part: Part) -> list[Strokes]:
    """The letters of one part that no reader takes for a digit; raises UsageError as `load` does."""
    alike = "".join(LIKE_DIGITS.values())
    both = (_read(folder / f"letters-{case}.jsonl.gz", part) for case in ("upper", "lower"))
    return [letter for found in both for letter in found if letter.label not in alike]


def _read(path: Path, part: Part) -> list[Strokes]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            found = [_strokes(record) for record in map(json.loads, lines) if record["part"] == part]
    except (OSError, EOFError, zlib.error) as error:
        raise UsageError(f"{path}: cannot be read: {error}", hint=_HINT) from error
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path}: a line is no record of strokes ({error!r})", hint=_HINT) from error
    if not found:
        raise UsageError(f"{path}: nothing of part `{part}` in it", hint=f"parts are {', '.join(PARTS)}; {_HINT}")
    return found


def _strokes(record: dict[str, object]) -> Strokes:
    pen: object = record["strokes"]
    if not isinstance(pen, list) or not pen:
        raise ValueError("no strokes")
    lines = tuple(np.asarray(line, np.float32).reshape(-1, 2) for line in pen)
    if not all(len(line) and np.isfinite(line).all() for line in lines):
        raise ValueError("a stroke without points")
    return Strokes(str(record["label"]), str(record["writer"]), lines)
