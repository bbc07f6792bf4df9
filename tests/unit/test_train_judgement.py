"""train.judgement, train.comparison: a new model takes the old one's place only if it is better for it."""

from typing import Any

import pytest

from train.comparison import Change, Comparison, compare, pooled, table
from train.judgement import NotBetterError, judge
from train.readings import Reading
from train.scores import sign_test
from watcher.recognition.verdict import Reason, Status, Verdict

SAME = Change(98, 98, 0, 0)
NONE = Change(0, 0, 0, 0)


def reading(label: str, read: str | None, *, ok: bool = True) -> Reading:
    """A digit that was read; None: turned away."""
    status = Status.UNREADABLE if read is None else Status.OK if ok else Status.REVIEW
    return Reading(label, Verdict(status, "", None if ok else Reason.LOW_CONFIDENCE, read))


def change(before: int, won: int, lost: int) -> Change:
    return Change(before, before + won - lost, won, lost)


def people(**figures: Any) -> Comparison:
    """Of a hundred pictures sixty were right and forty right and `ok`; thirty of each came to it, unless said."""
    return Comparison(
        "people's", 100, **{"right": change(60, 30, 0), "served": change(40, 30, 0), "misled": NONE} | figures
    )


def standard(n: int = 5000, **figures: Any) -> Comparison:
    return Comparison(
        "mnist", n, **{"right": change(n - 20, 5, 5), "served": change(n - 90, 9, 9), "misled": NONE} | figures
    )


def test_the_sign_test_is_exact() -> None:
    """As the binomial distribution has it; of nothing nothing is proved."""
    assert 1.0 == sign_test(0, 0)
    assert 0.5**6 == sign_test(6, 0)
    assert pytest.approx(11 / 1024) == sign_test(9, 1)
    assert pytest.approx(0.5, abs=0.02) == sign_test(1000, 1000)


def test_readings_are_compared_picture_by_picture() -> None:
    """Right, right and `ok`, `ok` and wrong; what is no digit is right where it is not `ok`."""
    before = [reading("0", "8"), reading("0", "0", ok=False), reading("1", "1"), reading("not_a_digit", "5")]
    after = [reading("0", "0"), reading("0", "0"), reading("1", None), reading("not_a_digit", None)]
    found = compare("some", before, after)
    assert 4 == found.n
    assert Change(2, 3, 2, 1) == found.right
    assert Change(1, 3, 3, 1) == found.served
    assert Change(2, 0, 0, 2) == found.misled
    assert Change(4, 6, 4, 2) == pooled("all", [found, found]).right


def test_the_table_says_before_and_after() -> None:
    """A line a set, under the title of its part."""
    text = table({"digits": [people()], "no digit": [standard()]})
    assert "60.00% → 90.00%" in text
    assert ["digits", "no digit"] == [line[:9].strip() for line in text.splitlines() if "chance" in line]


def test_a_gain_without_a_loss_is_better() -> None:
    """And it is said how sure that is."""
    found = judge(people(), [standard()], [standard(300)])
    assert found.is_better
    assert "60 → 90 of 100; p = 9.3e-10" in found.gains[0]
    assert 2 == len(found.gains)


def test_more_that_are_ok_is_a_gain_of_its_own() -> None:
    """Nothing was read wrongly before, but everybody had to look."""
    assert judge(people(right=SAME), [standard()], []).is_better


@pytest.mark.parametrize(
    ("figures", "says"),
    [
        ({"right": change(60, 3, 0), "served": change(40, 2, 0)}, "no gain that chance alone would not bring"),
        ({"right": change(60, 40, 25), "served": change(40, 0, 0)}, "no gain that chance alone would not bring"),
        ({"served": change(40, 10, 12)}, "fewer `ok` and right"),
        ({"right": change(60, 1, 2)}, "fewer right"),
        ({"misled": change(0, 2, 0)}, "more that are `ok` and wrong"),
    ],
)
def test_what_is_no_gain_for_people_is_refused(figures: dict[str, Change], says: str) -> None:
    """Chance, a loss beside a gain, or more that is wrong and nobody looks at."""
    found = judge(people(**figures), [standard()], [])
    assert not found.is_better
    assert any(says in line for line in found.objections)


@pytest.mark.parametrize(
    ("figures", "says"),
    [
        ({"right": change(4980, 0, 16)}, "fewer right by more than 0.3%"),
        ({"right": change(4980, 1, 12)}, "not by chance"),
        ({"misled": change(3, 6, 0)}, "more that are `ok` and wrong by more than 0.1%"),
        ({"served": change(4910, 0, 101)}, "fewer `ok` and right"),
    ],
)
def test_what_was_forgotten_is_an_objection(figures: dict[str, Change], says: str) -> None:
    """However much was gained for people."""
    found = judge(people(), [standard(), standard(**figures)], [])
    assert not found.is_better
    assert [says] == [says for line in found.objections if says in line]


def test_what_chance_brings_is_none() -> None:
    """A few pictures more or less, of many, in one of several sets."""
    assert judge(people(), [standard(right=change(4980, 5, 12)), standard(misled=change(3, 4, 1))], []).is_better


def test_more_of_what_is_no_digit_taken_for_one_is_an_objection() -> None:
    """By more than its own margin."""
    assert not judge(people(), [], [standard(300, right=change(290, 0, 12))]).is_better
    assert judge(people(), [], [standard(300, right=change(290, 2, 7))]).is_better


def test_the_refusal_has_an_exit_code_of_its_own() -> None:
    """No other command of either program has it."""
    assert 6 == NotBetterError.exit_code
