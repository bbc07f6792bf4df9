"""watcher.spark.words: what Spark's driver may say, and what an executor says of a picture; and nothing else."""

import json
from typing import Any

import pytest
from fakes import BLANK, SEVEN
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import to_json

from watcher.engine import Outcome, Trouble
from watcher.recognition.verdict import Reason, Status
from watcher.records import Identity
from watcher.spark.words import Away, Died, Done, Ready, Refused, State, Word, in_words, read_word, said

HASH = "ab" * 32
SCORES = [0.1] * 10
HERE = Identity(0, 0, 3, 4)
NAN, NEGATIVE = float("nan"), -1e-9


def line(word: Any) -> bytes:
    """As it comes, without its end."""
    return json.dumps(word).encode()


READY = {"ready": "net", "misread": "07", "slots": 2, "executors": 1, "differing": ""}


@pytest.mark.parametrize(("word", "meant"), [
    (READY, Ready(ready="net", misread="07", slots=2, executors=1, differing="")),
    ({"slots": 0, "executors": 0}, State(slots=0, executors=0)),
    ({"done": 0}, Done(done=0)),
    ({"died": 7, "why": "lost\nall"}, Died(died=7, why="lost\nall")),
    ({"away": ["a", "b"], "host": "h", "why": "w"}, Away(away=["a", "b"], host="h", why="w")),
    ({"away": [], "host": "", "why": ""}, Away(away=[], host="", why="")),
    ({"refused": "ConfigError", "error": "e", "hint": "h"}, Refused(refused="ConfigError", error="e", hint="h")),
])  # fmt: skip
def test_each_form_is_understood(word: Any, meant: Word) -> None:
    """By its fields: no two forms have the same."""
    assert meant == read_word(line(word))


@pytest.mark.parametrize("word", [
    {}, {"done": "1"}, {"done": 1.0}, {"done": True}, {"done": None}, {"done": 1, "more": 2}, {"died": 1},
    {"slots": -1, "executors": 1}, {"slots": 1}, {"slots": NAN, "executors": 1}, {"died": 1, "why": "x" * 10_001},
    {**READY, "ready": ""}, {**READY, "misread": "7a"}, {**READY, "misread": "0" * 11}, {**READY, "slots": 1.5},
    {**READY, "ready": "a\nb"}, {**READY, "differing": "x" * 501}, {"away": "abc", "host": "h", "why": "w"},
    {"away": [1], "host": "h", "why": "w"}, {"away": ["\x1b[2J"], "host": "h", "why": "w"}, None, 5, "done",
    {"away": [], "host": "\x1b", "why": "w"},
])  # fmt: skip
def test_what_is_no_word_is_refused(word: Any) -> None:
    """Other types, more or fewer fields, numbers below 0, words that a terminal would obey."""
    with pytest.raises(ValueError):
        read_word(line(word))


@pytest.mark.parametrize("raw", [b"", b"no json", b"[", b"{", b"\xff", b'"\\udcff"', b"[" * 10_000, b'{"done": 1} x'])
def test_what_is_no_json_is_refused(raw: bytes) -> None:
    """As nonsense, whatever it is."""
    with pytest.raises(ValueError):
        read_word(raw)


def seen(**others: Any) -> list[Any]:
    """What is said of a seven, but for some of it."""
    told = {
        "id": "a", "status": "ok", "reason": None, "sha256": HASH, "scores": SCORES, "width": 3, "height": 4,
        "detail": "", "identity": [0, 0, 3, 4],
    }  # fmt: skip
    return list((told | others).values())


def test_of_pictures_many_are_spoken_of_in_a_line() -> None:
    """In order; of none, where there are none."""
    found = read_word(line([seen(), ["b", 5, "Input/output error"], ["c", "crashed", "exit code -9"]]))
    assert isinstance(found, list)
    assert ["a", "b", "c"] == [outcome.id for outcome in found]
    assert [None, Trouble.UNREAD, Trouble.CRASHED] == [outcome.trouble for outcome in found]
    assert ((5, "Input/output error"), (0, "exit code -9")) == tuple((o.errno, o.message) for o in found[1:])
    assert (Status.OK, "0", HERE) == (found[0].verdict.status, found[0].verdict.prediction, found[0].identity)
    assert [] == read_word(b"[]")


@pytest.mark.parametrize("told", [
    seen(reason="low_confidence"), seen(status="review"), seen(status="review", reason="blank"),
    seen(status="unreadable", reason="low_confidence"), seen(status="unreadable", reason="timed_out"),
    seen(status="fine"), seen(reason="odd"), seen(sha256="AB" * 32), seen(sha256=""), seen(scores=[0.1] * 9),
    seen(scores=[NAN] + [0.1] * 9), seen(scores=[NEGATIVE, 0.2] + [0.1] * 8), seen(scores=[1.1] + [0.0] * 9),
    seen(scores=[0.2] * 10), seen(width=0), seen(width=2**32), seen(height="4"), seen(identity=[0, 0, -1, 4]),
    seen(identity=[0, 0, 3]), seen(id=5), seen(detail="\x1b"), seen()[:-1], [*seen(), 1],
    ["a", 0, "no errno"], ["a", 4096, "no errno"], ["a", "odd", "no trouble"], ["a", "crashed"],
    ["a", "unread", "without a number"], ["a", True, ""], "a", {"id": "a"},
])  # fmt: skip
def test_what_makes_no_sense_of_a_picture_is_refused(told: Any) -> None:
    """NaN, shares below 0 or above 1, reasons of another status, sizes that none has; and with it the whole line."""
    with pytest.raises(ValueError):
        read_word(line([seen(), told]))


DOUBTFUL = SEVEN._replace(status=Status.REVIEW, reason=Reason.LOW_CONFIDENCE, scores=(0.91,) + (0.01,) * 9,
                          prediction="0", confidence=0.91, second_prediction="1", second_confidence=0.01)  # fmt: skip


@pytest.mark.parametrize("outcome", [
    Outcome("a", DOUBTFUL, Identity(0, 0, 1 << 40, -5)),
    Outcome("a", DOUBTFUL._replace(status=Status.OK, reason=None), HERE),
    Outcome("a", BLANK, HERE),
    Outcome("a", trouble=Trouble.UNREAD, message="No such file or directory", errno=2),
    *(Outcome("a", trouble=trouble, message="exit code 1") for trouble in Trouble if trouble is not Trouble.UNREAD),
])  # fmt: skip
def test_what_an_executor_says_of_a_picture_arrives(outcome: Outcome) -> None:
    """Verdict, identity without device and inode, or trouble: the same at the other end."""
    assert [outcome] == read_word(to_json([said(outcome)]))


def test_device_and_inode_stay_where_they_mean_something() -> None:
    """On the executor's machine."""
    assert (0, 0, 3, 4) == said(Outcome("a", SEVEN, Identity(5, 6, 3, 4)))[-1]


@pytest.mark.parametrize("outcome", [Outcome("a"), Outcome("a", SEVEN)])
def test_an_outcome_without_either_is_a_crash(outcome: Outcome) -> None:
    """Nothing is made up for it."""
    assert ("a", Trouble.CRASHED, "") == said(outcome)


@given(st.text() | st.binary().map(lambda name: name.decode(errors="surrogateescape")))
def test_any_text_can_be_said(text: str) -> None:
    """Also a path that is no text; text that is, unchanged."""
    words = in_words(text)
    assert words == json.loads(to_json(words))
    assert Died(died=1, why=words) == read_word(to_json({"died": 1, "why": words}))
    if not any("\ud800" <= char <= "\udfff" for char in text):
        assert text == words


def test_not_too_much_is_said() -> None:
    """A cluster's errors may be pages long."""
    assert Died(died=1, why="\\udcff" + "x" * 9994) == read_word(
        to_json({"died": 1, "why": in_words("\udcff" + "x" * 20_000)})
    )
