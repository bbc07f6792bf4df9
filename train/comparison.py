"""Two models on the same pictures: what came right, what went wrong, and whether that could be chance."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from train.readings import Reading
from train.scores import sign_test
from watcher.recognition.verdict import Status

Holds = Callable[[Reading], bool]


@dataclass(frozen=True)
class Change:
    """For how many pictures something held before and holds after; won, lost: for which it came to, or ceased to."""

    before: int
    after: int
    won: int
    lost: int

    @property
    def chance_of_gain(self) -> float:
        """How likely chance alone wins as many, of the pictures that changed: the exact sign test, one-sided."""
        return sign_test(self.won, self.lost)

    @property
    def chance_of_loss(self) -> float:
        """How likely chance alone loses as many."""
        return sign_test(self.lost, self.won)


@dataclass(frozen=True)
class Comparison:
    """One set of `n` pictures. right: the digit is read as what it is; of what is no digit, that it is not `ok`.

    served: right, and `ok` where it is a digit: nobody need look. misled: `ok` and wrong: nobody will look.
    """

    name: str
    n: int
    right: Change
    served: Change
    misled: Change


def compare(name: str, before: Sequence[Reading], after: Sequence[Reading]) -> Comparison:
    """The readings of one set by two models, picture by picture in the same order."""
    return Comparison(
        name, len(before), _change(_right, before, after), _change(_served, before, after),
        _change(_misled, before, after),
    )  # fmt: skip


def pooled(name: str, comparisons: Sequence[Comparison]) -> Comparison:
    """Several sets as one."""
    right, served, misled = (
        _sum([getattr(one, figure) for one in comparisons]) for figure in ("right", "served", "misled")
    )
    return Comparison(name, sum(one.n for one in comparisons), right, served, misled)


def table(parts: Mapping[str, Sequence[Comparison]]) -> str:
    """A line a set, under the title of its part: each figure before and after, how many pictures changed, and how
    likely chance alone would change `right` as much."""
    names = [*parts, *(one.name for part in parts.values() for one in part)]
    wide = 2 + max(map(len, names))
    lines = []
    for title, part in parts.items():
        lines += [_head(f"{title:<{wide}}"), *(_line(f"{one.name:<{wide}}", one) for one in part), ""]
    return "\n".join(lines).rstrip()


def _head(name: str) -> str:
    return f"{name}{'n':>6}{'right':>18}{'won':>6}{'lost':>6}{'chance':>9}{'ok and right':>18}{'wrong ok':>13}"


def _line(name: str, one: Comparison) -> str:
    chance = min(one.right.chance_of_gain, one.right.chance_of_loss)
    wrong = f"{one.misled.before} → {one.misled.after}"
    return (
        f"{name}{one.n:>6}{_shares(one.right, one.n):>18}{one.right.won:>6}{one.right.lost:>6}{chance:>9.2g}"
        f"{_shares(one.served, one.n):>18}{wrong:>13}"
    )


def _shares(change: Change, n: int) -> str:
    return f"{change.before / n:.2%} → {change.after / n:.2%}" if n else "-"


def _change(holds: Holds, before: Sequence[Reading], after: Sequence[Reading]) -> Change:
    was, now = [holds(reading) for reading in before], [holds(reading) for reading in after]
    pairs = list(zip(was, now, strict=True))
    return Change(sum(was), sum(now), pairs.count((False, True)), pairs.count((True, False)))


def _sum(changes: Sequence[Change]) -> Change:
    return Change(*(sum(getattr(one, name) for one in changes) for name in ("before", "after", "won", "lost")))


def _right(reading: Reading) -> bool:
    return reading.right if reading.is_digit else not _ok(reading)


def _served(reading: Reading) -> bool:
    return _right(reading) and (_ok(reading) or not reading.is_digit)


def _misled(reading: Reading) -> bool:
    return _ok(reading) and not _right(reading)


def _ok(reading: Reading) -> bool:
    return reading.verdict.status is Status.OK
