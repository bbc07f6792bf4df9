"""watcher.spark.probing: what the daemon is told of a session, from what its executors say before the first picture."""

from typing import Any

import pytest
from pydantic_core import to_json

from watcher.errors import ConfigError, DigitWatcherError, ModelError, SurroundingsError
from watcher.spark.libraries import versions
from watcher.spark.probing import greeting
from watcher.spark.words import Ready, read_word


class Cluster:
    """One whose executors say this."""

    slots, executors = 4, 2

    def __init__(self, *said: Any) -> None:
        self.said = [to_json(one) for one in said]

    def probe(self, mark: str) -> list[bytes]:
        assert mark == "mark"
        return self.said


def facts(**others: Any) -> dict[str, Any]:
    """Of an executor that reads as we would."""
    return {"host": "one", "model": "net", "misread": "7", "away": "", "versions": versions()} | others


def refusal(kind: str) -> dict[str, str]:
    return {"refused": kind, "error": "executor on one: no", "hint": "Do it."}


def greeted(*said: Any) -> Any:
    """What the daemon hears."""
    return read_word(to_json(greeting(Cluster(*said), "mark")))  # type: ignore[arg-type]


def test_a_session_that_reads_says_by_what() -> None:
    """One word, that the daemon understands."""
    assert Ready(ready="net", misread="7", slots=4, executors=2, differing="") == greeted(facts(), facts(host="two"))


@pytest.mark.parametrize(("kind", "error"), [
    ("ModelError", ModelError), ("ConfigError", ConfigError), ("SurroundingsError", SurroundingsError),
    ("Odd", SurroundingsError),
])  # fmt: skip
def test_where_none_can_read_it_is_said_why(kind: str, error: type[DigitWatcherError]) -> None:
    """As the error that the first of them had."""
    with pytest.raises(DigitWatcherError, match="executor on one: no") as raised:
        greeted(refusal(kind), refusal("Other"))
    assert (error, "Do it.") == (type(raised.value), raised.value.hint)


def test_one_that_reads_is_enough() -> None:
    """Others may come right later; they say so of the pictures that they are given."""
    assert "net" == greeted(refusal("ModelError"), facts(away="not mounted"), facts()).ready


def test_where_none_sees_the_storage_it_is_said_where_it_must_be() -> None:
    """Before the first picture is asked for."""
    with pytest.raises(SurroundingsError, match="cannot read the inbox's work folder: one: not mounted") as raised:
        greeted(facts(away="not mounted"), facts(host="two", away="other"), refusal("ModelError"))
    assert "`spark.inbox`" in raised.value.hint


def test_other_versions_there_are_told_once_each() -> None:
    """By name and host; what is the same is not spoken of."""
    old = versions() | {"numpy": "1.26.0"}
    differing = greeted(facts(versions=old), facts(versions=old), facts(host="two", versions=old), facts()).differing
    here = versions()["numpy"]
    assert f"numpy 1.26.0 on one, here {here}; numpy 1.26.0 on two, here {here}" == differing


def test_many_differing_hosts_fit_into_a_word() -> None:
    """As far as a word goes."""
    old = versions() | {"numpy": "1.26.0"}
    assert 500 == len(greeted(*(facts(host=f"host-{n}", versions=old) for n in range(100))).differing)


@pytest.mark.parametrize("said", [{}, facts(host=5), facts(more=1), {"done": 1}, [], "net"])
def test_what_is_no_answer_ends_it(said: Any) -> None:
    """An executor that runs something else."""
    with pytest.raises(ValueError):
        greeted(facts(), said)
