"""An old and a new model on people's held-out pictures and on the standard sets; no test set is among those."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from train import sets
from train.comparison import Comparison, compare, pooled
from train.comparison import table as lines_of
from train.digits import Digits
from train.judgement import Judgement, judge
from train.pictures import Labelled
from train.readings import as_png, of_pictures, of_samples
from train.sets import Set
from watcher.recognition.recogniser import Recogniser

PEOPLE = "people's, held out"


@dataclass(frozen=True)
class Trial:
    """What two models make of the same pictures, and which of them is to be used."""

    people: Comparison
    digits: tuple[Comparison, ...]
    no_digits: tuple[Comparison, ...]

    @property
    def all(self) -> tuple[Comparison, ...]:
        """Every comparison, people's first."""
        return self.people, *self.digits, *self.no_digits

    def judged(self) -> Judgement:
        """Whether the new model is better for people and not worse elsewhere."""
        return judge(self.people, self.digits, self.no_digits)

    def table(self) -> str:
        """A line a kind of set, what is no digit apart."""
        return lines_of({"": (self.people, *self.digits), "no digit": self.no_digits})


def try_out(before: Recogniser, after: Recogniser, people: Sequence[Labelled], standard: Iterable[Set]) -> Trial:
    """Read everything with both models; sets of one kind are counted together."""
    held_out = compare(PEOPLE, *(of_pictures(reader, people) for reader in (before, after)))
    digits, others = list[Comparison](), list[Comparison]()
    for one in standard:
        (digits if one.digits else others).append(compared(before, after, one))
    return Trial(held_out, _by_kind(digits, plain=True), _by_kind(others, plain=False))


def standard_sets(holdout: Digits, folder: Path | None) -> list[Set]:
    """MNIST's held-out training digits in all their forms and what is no digit; with `folder` also the parts to work on
    of what people wrote below it."""
    made = [*sets.of_digits(holdout, "mnist held out", "tune"), *(sets.written(folder, "tune") if folder else [])]
    return [*made, *sets.drawn("tune")]


def report_sets(test: Digits, folder: Path | None) -> list[Set]:
    """MNIST's test digits, and the parts to report of what people wrote: read when all is decided.

    What is drawn has no part in it: `evaluate --suite` scores that as well.
    """
    written = sets.written(folder, "report") if folder else []
    return [Set("mnist t10k", lambda: as_png(test)), *written]


def compared(before: Recogniser, after: Recogniser, one: Set) -> Comparison:
    """Both models on one set."""
    samples = list(one.samples())
    return compare(one.name, *(of_samples(reader, samples, len(samples), one.name) for reader in (before, after)))


def _by_kind(comparisons: Sequence[Comparison], *, plain: bool) -> tuple[Comparison, ...]:
    """One comparison a kind; plain: of digits."""
    kinds: dict[str, list[Comparison]] = {}
    for one in comparisons:
        if one.n:
            kinds.setdefault(_kind(one.name, plain), []).append(one)
    return tuple(pooled(name, members) for name, members in kinds.items())


def _kind(name: str, plain: bool) -> str:
    """What stands before the first sign that divides a kind; of some kinds there are digits, and what is none."""
    kind, divided, _ = name.partition(":")[0].partition(",")
    return f"{kind}, no digit" if divided and not plain else kind
