"""The sets that a reader is scored on: labelled picture files, none of which trained it.

Each set has a part to work on and a part to report, by author or writer; what is tuned on the first is stated on the
second. Nothing here is drawn by the code that draws training material, but for UniPen's strokes.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from train import cutouts, framed, lowres, mnist, nondigits, strokes, unipen
from train.digits import Digits, hold_out
from train.pictures import listed
from train.readings import Sample, as_png

Part = Literal["tune", "report"]
FOLDERS = ("mnist", "unipen", "orand-car", "wild")
HELD_OUT = 5000
LOW = "low resolution"
FRAMED = "framed"
_SEED = 77_001  # of everything drawn here; far from any seed of training
_MARGINS = (0, 2, 4)
_MOST = {"tune": 300, "report": 1000}  # pictures of each kind that is drawn


@dataclass(frozen=True)
class Set:
    """A named set. samples: a fresh pass over it. by: columns that the table divides it by.

    reach: for a set of what is no digit, the share that must not be `ok`; None where that is not promised.
    count: of its samples, or a little more; None where nobody knows before they are made.
    """

    name: str
    samples: Callable[[], Iterator[Sample]]
    by: tuple[str, ...] = ()
    mean_over: str = ""
    digits: bool = True
    reach: float | None = None
    count: int | None = None


@dataclass(frozen=True)
class Suite:
    """All sets that a folder allows, and a line for each that is not there."""

    sets: tuple[Set, ...]
    skipped: tuple[str, ...] = ()

    @property
    def count(self) -> int | None:
        """Of all samples, as of those of a set."""
        counts = [one.count for one in self.sets if one.count is not None]
        return sum(counts) if len(counts) == len(self.sets) else None


def suite(folder: Path, part: Part, seed: int = 1) -> Suite:
    """The sets below `folder`: mnist/, unipen/, orand-car/, wild/; what is absent is named in `skipped`.

    part: `report` states figures (t10k for MNIST). `tune` is to work on: UniPen's `validate`, and the 5,000 training
    digits of MNIST that a recipe with this `seed` holds out.
    """
    skipped = tuple(f"{name}: {folder / name} is not there" for name in FOLDERS if not (folder / name).is_dir())
    made = [*_mnist(folder / "mnist", part, seed), *written(folder, part), *drawn(part)]
    return Suite((*(one for one in made if one.digits), *(one for one in made if not one.digits)), skipped)


def written(folder: Path, part: Part) -> list[Set]:
    """The sets that people wrote: those of UniPen, cheques and the wild that are below `folder`."""
    makers = {"unipen": _unipen, "orand-car": _cheques, "wild": _wild}
    return [one for name, make in makers.items() if (folder / name).is_dir() for one in make(folder / name, part)]


def of_digits(digits: Digits, name: str, part: Part) -> list[Set]:
    """MNIST's form as it is, at low resolution, framed, in rows and in halves."""
    some = digits.take(_random(part).permutation(len(digits))[: 2 * _MOST[part]])
    few = some.take(np.arange(min(_MOST[part], len(some))))
    low = [
        Set(f"{LOW}: {kind}", lambda draw=draw: as_png(some, draw), count=len(some))  # type: ignore[misc]
        for kind, draw in lowres.KINDS.items()
    ]
    within = [
        Set(f"{FRAMED}: {kind}", lambda draw=draw: framed.samples(_random(part), few, draw), count=len(few))  # type: ignore[misc]
        for kind, draw in framed.KINDS.items()
    ]
    pairs, halved = len(few) // 2, nondigits.halved(few)
    return [
        Set(name, lambda: as_png(digits), count=len(digits)),
        *low,
        *within,
        _no_digit(
            "several digits: mnist side by side", lambda: nondigits.side_by_side(_random(part), few), pairs, 0.98
        ),
        _no_digit("several digits: mnist in cells", lambda: framed.cells(_random(part), few), pairs, 0.98),
        _no_digit("half digits", lambda: nondigits.halves(_random(part), few), len(halved)),
    ]


def _mnist(folder: Path, part: Part, seed: int) -> list[Set]:
    if not folder.is_dir():
        return []
    if part == "report":
        return of_digits(mnist.load(str(folder), "test"), "mnist t10k", part)
    return of_digits(hold_out(mnist.load(str(folder), "train"), HELD_OUT, seed)[1], "mnist held out", part)


def _unipen(folder: Path, part: Part) -> list[Set]:
    which: unipen.Part = "report" if part == "report" else "validate"
    signs, letters, rows = unipen.load(folder, which), unipen.letters(folder, which), _MOST[part] // 2
    return [
        Set("unipen strokes", lambda: _rendered(signs), by=("side",), mean_over="writer", count=len(signs)),
        _no_digit("letters", lambda: _letters(letters, part), min(len(letters), _MOST[part]), 0.9),
        _no_digit(
            "several digits: unipen side by side",
            lambda: nondigits.rows_of_strokes(_random(part), signs, rows), rows, 0.98,
        ),
    ]  # fmt: skip


def _cheques(folder: Path, part: Part) -> list[Set]:
    digits, amounts = cutouts.counts(folder, part)
    boxes = [
        Set(f"cheque digits, margin {margin}", lambda margin=margin: cutouts.digits(folder, part, margin), count=digits)  # type: ignore[misc]
        for margin in _MARGINS
    ]
    return [*boxes, _no_digit("several digits: cheques, whole", lambda: cutouts.strings(folder, part), amounts, 0.98)]


def _wild(folder: Path, part: Part) -> list[Set]:
    found = [picture for picture in listed(folder) if picture.columns["part"] == part]

    def of_kind(kind: str) -> Iterator[Sample]:
        for picture in found:
            if picture.columns["kind"] == kind:
                side = cutouts.bucket(int(picture.columns["width"]), int(picture.columns["height"]))
                yield picture.path.read_bytes(), picture.label, {**picture.columns, "side": side}

    kinds = Counter(picture.columns["kind"] for picture in found)
    by = ("medium", "side", "polarity")
    single = Set("wild", lambda: of_kind("single"), by=by, mean_over="author", count=kinds["single"])
    others = {"multi": 0.98, "not_a_digit": None, "ambiguous": None}
    apart = [
        _no_digit(f"wild, {kind}", lambda kind=kind: of_kind(kind), kinds[kind], reach)  # type: ignore[misc]
        for kind, reach in others.items()
        if kind in kinds
    ]
    printed = Set("wild, printed", lambda: of_kind("printed"), count=kinds["printed"])
    return [single, *([printed] if "printed" in kinds else []), *apart]


def drawn(part: Part) -> list[Set]:
    """What is no digit, of each kind in `nondigits`."""
    count = _MOST[part] // 2
    return [
        _no_digit(name, lambda draw=draw: nondigits.drawn(_random(part), draw, count), count, reach)  # type: ignore[misc]
        for name, (draw, reach) in nondigits.KINDS.items()
    ]


def _no_digit(name: str, samples: Callable[[], Iterator[Sample]], count: int, reach: float | None = None) -> Set:
    return Set(name, samples, digits=False, reach=reach, count=count)


def _rendered(signs: list[unipen.Strokes]) -> Iterator[Sample]:
    for index, sign in enumerate(signs):
        data = strokes.encoded(np.random.default_rng((_SEED, index)), sign)
        yield data, sign.label, {"writer": sign.writer, "index": str(index), "side": cutouts.bucket_of(data)}


def _letters(signs: list[unipen.Strokes], part: Part) -> Iterator[Sample]:
    chosen = _random(part).permutation(len(signs))[: _MOST[part]]
    yield from _rendered([signs[place] for place in np.sort(chosen)])


def _random(part: Part) -> np.random.Generator:
    return np.random.default_rng((_SEED, part == "report"))
