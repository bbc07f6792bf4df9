"""watcher.spark.tasks: what Spark calls on an executor: a desk that is kept, and given up after any trouble."""

import os
import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from watcher.errors import ModelError, SurroundingsError
from watcher.spark import tasks as module
from watcher.spark.order import Order, Part
from watcher.spark.tasks import Probe, Task
from watcher.spark.words import Away, Refused, read_word
from watcher.terms import Terms

ORDER = Order("/work", "c" * 64, "code.zip", "m" * 64, Terms("unit", "image", 1000, 2000, 30.0, None))


class Desk:
    """A desk that says what it is told to; all that were made, in order."""

    made: list["Desk"]
    error: Exception | None = None
    busy = False
    model_name, misread = "net", ""

    def __init__(self, order: Order, archive: str, model: bytes) -> None:
        if self.error:
            raise self.error
        assert (ORDER, "/there/code.zip", b"model") == (order, archive, model)
        self.closed = 0
        self.made.append(self)

    def read(self, part: Part) -> Iterator[bytes]:
        for id_ in part.ids:
            if id_ == "wrong":
                raise RuntimeError("a bug")
            if id_ == "no model":
                raise ModelError("its reader cannot be replaced")
            yield id_.encode()

    def close(self) -> None:
        self.closed += 1


@pytest.fixture(autouse=True)
def made(monkeypatch: pytest.MonkeyPatch) -> list[Desk]:
    """A Python worker that has no desk yet; the code is where Spark puts it."""
    files = SimpleNamespace(get=lambda name: f"/there/../there/{name}")
    monkeypatch.setitem(sys.modules, "pyspark", SimpleNamespace(SparkFiles=files))
    monkeypatch.setattr(module, "Desk", Desk)
    monkeypatch.setattr(module, "_desks", {})
    monkeypatch.setattr(Desk, "made", [], raising=False)
    monkeypatch.setattr(Desk, "error", None)
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    return Desk.made


def task(kind: type[Task] = Task) -> Any:
    """One of the session's."""
    return kind(ORDER, SimpleNamespace(value=b"model"))


def parts(*ids: str) -> Iterator[Part]:
    """A partition with one part."""
    return iter([Part("mark", list(ids))])


def test_a_desk_is_kept_between_tasks(made: list[Desk]) -> None:
    """A reader need not start anew for each; what it starts runs the code that was shipped, whatever else is there."""
    assert [b"a", b"b"] == list(task()(parts("a", "b")))
    assert [b"c", b"d"] == list(task()(iter([Part("mark", ["c"]), Part("mark", ["d"])])))
    assert [0] == [desk.closed for desk in made]
    assert "/there/code.zip" == os.environ["PYTHONPATH"]


def test_where_nothing_can_be_read_no_picture_is_blamed(made: list[Desk]) -> None:
    """An executor without room, or to which something else came, says so; the next task tries anew."""
    Desk.error = SurroundingsError("the code that came is another")
    (line,) = task()(parts("a", "b"))
    word = read_word(line)
    assert isinstance(word, Away)
    assert (["a", "b"], "the code that came is another") == (word.away, word.why)
    Desk.error = None
    assert [b"a"] == list(task()(parts("a")))


def test_a_reader_that_cannot_be_replaced_is_given_up_with_its_desk(made: list[Desk]) -> None:
    """What was said before stands; the other parts are read at another desk."""
    lines = list(task()(iter([Part("mark", ["a", "no model", "b"]), Part("mark", ["c"])])))
    assert (b"a", b"c") == (lines[0], lines[2])
    assert ["a", "no model", "b"] == read_word(lines[1]).away
    assert [1, 0] == [desk.closed for desk in made]


def test_any_other_error_is_the_job_s_and_the_desk_is_given_up(made: list[Desk]) -> None:
    """What it still had in hand must not come back in another task."""
    with pytest.raises(RuntimeError, match="a bug"):
        list(task()(parts("a", "wrong")))
    list(task()(parts("a")))
    assert [1, 0] == [desk.closed for desk in made]


def test_a_task_that_is_broken_off_gives_its_desk_up(made: list[Desk]) -> None:
    """The same for one whose job is over before it is."""
    lines = task()(parts("a", "b"))
    assert b"a" == next(lines)
    lines.close()
    assert [1] == [desk.closed for desk in made]


def test_a_desk_that_still_has_pictures_is_given_up(made: list[Desk], monkeypatch: pytest.MonkeyPatch) -> None:
    """There was no time for them, or the storage went away: they are asked for again, of whomever."""
    monkeypatch.setattr(Desk, "busy", True)
    assert [b"a"] == list(task()(parts("a")))
    assert [1] == [desk.closed for desk in made]


def test_a_probe_says_who_would_read_or_why_nobody(made: list[Desk], monkeypatch: pytest.MonkeyPatch) -> None:
    """For each part; its desk is kept for the pictures that come."""
    monkeypatch.setattr(module, "facts", lambda desk, order, mark: f"{desk.model_name} {mark}".encode())
    assert [b"net mark", b"net mark"] == list(task(Probe)(iter([Part("mark", []), Part("mark", [])])))
    assert [0] == [desk.closed for desk in made]
    module._desks.clear()
    Desk.error = ModelError("it is damaged", hint="Copy it again.")
    (line,) = task(Probe)(parts())
    word = read_word(line)
    assert isinstance(word, Refused)
    assert ("ModelError", "Copy it again.") == (word.refused, word.hint)
    assert word.error.endswith(": it is damaged")
