"""Whether a new model may take an old one's place: better for people, and not worse in what it could."""

from collections.abc import Sequence
from dataclasses import dataclass

from train.comparison import Change, Comparison
from watcher.errors import DigitWatcherError

# A gain that chance alone brings once in twenty times proves nothing; two figures are looked at, so half for each.
CHANCE = 0.05
# Of the pictures of a kind, how many more may be wrong than were, net; less than two trainings by other seeds differ.
WORSE_RIGHT = 0.003
WORSE_MISLED = 0.001
# Who mistrusted all of people's pictures misled nobody; and one in a hundred of their labels may be a slip.
WORSE_MISLED_PEOPLE = 0.01
# Where `ok` begins hangs on one picture more or less in validation, so that no test tells here: only how much.
WORSE_SERVED = 0.02
# What is no digit is many things, and nothing is lost but a look: more may be `ok` of it.
WORSE_NO_DIGIT = 0.02
_ALWAYS_ALLOWED = 1  # picture: of few, a share of a picture


class NotBetterError(DigitWatcherError):
    """The new model is not better where it should be, or worse where it must not be: nothing was written."""

    exit_code = 6


@dataclass(frozen=True)
class Judgement:
    """gains: what got better for people. objections: why the new model may not take the old one's place."""

    gains: tuple[str, ...]
    objections: tuple[str, ...]

    @property
    def is_better(self) -> bool:
        """Whether the new model may be written."""
        return bool(self.gains) and not self.objections


def judge(people: Comparison, digits: Sequence[Comparison], no_digits: Sequence[Comparison]) -> Judgement:
    """people: their pictures that were held out. digits, no_digits: the standard sets, one of each kind."""
    gains = tuple(line for what in ("right", "served") if (line := _gain(people, what)))
    objections = _of_people(people) + [line for one in digits for line in _of_digits(one, len(digits))]
    objections += [line for one in no_digits for line in _worse(one, "right", WORSE_NO_DIGIT, len(no_digits))]
    if not gains:
        objections.insert(0, f"{people.name}: no gain that chance alone would not bring ({_words(people, 'right')})")
    return Judgement(gains, tuple(objections))


def _of_people(people: Comparison) -> list[str]:
    fewer = [
        f"{people.name}: fewer {_NAMES[what]} ({_words(people, what)})"
        for what in ("right", "served")
        if getattr(people, what).after < getattr(people, what).before
    ]
    if people.misled.after - people.misled.before > _allowed(people.n, WORSE_MISLED_PEOPLE):
        fewer.append(f"{people.name}: {_MORE['misled']} ({_words(people, 'misled')})")
    return fewer


def _of_digits(one: Comparison, kinds: int) -> list[str]:
    objections = _worse(one, "right", WORSE_RIGHT, kinds) + _worse(one, "misled", WORSE_MISLED, kinds)
    if one.served.before - one.served.after > _allowed(one.n, WORSE_SERVED):
        objections.append(f"{one.name}: fewer {_NAMES['served']} ({_words(one, 'served')})")
    return objections


def _worse(one: Comparison, what: str, margin: float, tests: int) -> list[str]:
    """What is worse by more than the margin, or by more than chance would bring in one of so many tests."""
    change: Change = getattr(one, what)
    # Of misled pictures each that was won is one to regret.
    worse, chance = change.before - change.after, change.chance_of_loss
    if what == "misled":
        worse, chance = -worse, change.chance_of_gain
    if worse > _allowed(one.n, margin):
        return [f"{one.name}: {_MORE[what]} by more than {margin:.1%} ({_words(one, what)})"]
    if worse > 0 and chance < CHANCE / tests:
        return [f"{one.name}: {_MORE[what]}, and not by chance (p = {chance:.2g}; {_words(one, what)})"]
    return []


def _gain(people: Comparison, what: str) -> str | None:
    change: Change = getattr(people, what)
    chance = change.chance_of_gain
    if change.after <= change.before or chance > CHANCE / 2:
        return None
    return f"{people.name}: more {_NAMES[what]} ({_words(people, what)}; p = {chance:.2g})"


def _allowed(n: int, margin: float) -> float:
    return max(_ALWAYS_ALLOWED, n * margin)


def _words(one: Comparison, what: str) -> str:
    change: Change = getattr(one, what)
    return f"{change.before} → {change.after} of {one.n}"


_NAMES = {"right": "right", "served": "`ok` and right", "misled": "`ok` and wrong"}
_MORE = {"right": "fewer right", "misled": "more that are `ok` and wrong"}
