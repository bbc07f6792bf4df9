"""watcher.spark.desk: where an executor reads: what it says of pictures, of its storage, and of what it was sent."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from played_desk import Reader, lost, order, verdict

import watcher
from watcher.engine import Trouble
from watcher.errors import ModelError, SurroundingsError
from watcher.spark import desk as module
from watcher.spark.code import digest
from watcher.spark.desk import AWAY_SECONDS, TASK_SECONDS, TOGETHER, Desk, away, facts, refusal
from watcher.spark.order import Part
from watcher.spark.probing import _SAID, Facts
from watcher.spark.words import Away, Refused, read_word

MARK, MODEL = "5f1e0e0c-0000-4000-8000-000000000000", b"a model, packed"


MakeDesk = Callable[..., Desk]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeDesk]:
    """Desks over the work folder `tmp_path`, with readers that are played, and code that came where it should."""
    archive = tmp_path / "code.zip"
    archive.write_bytes(b"code")
    (tmp_path / "identity").write_text(MARK)
    monkeypatch.setattr(watcher, "__file__", f"{archive}/watcher/__init__.py")
    monkeypatch.setattr(module, "LocalEngine", Reader)
    monkeypatch.setattr(Reader, "error", None)
    monkeypatch.setattr(module, "wait", lambda *told: Reader.made.wait(*told))
    monkeypatch.setattr(module.time, "monotonic", lambda: Reader.made.now)
    monkeypatch.setattr(module.time, "sleep", lambda seconds: Reader.made.slept.append(seconds))
    desks = list[Desk]()

    def made(**others: str) -> Desk:
        told = {"work": str(tmp_path), "code": digest(b"code"), "model": digest(MODEL)} | others
        desks.append(Desk(order(**told), str(archive), MODEL))
        return desks[-1]

    yield made
    for desk in desks:
        desk.close()


def read(desk: Desk, *ids: str, mark: str = MARK) -> list[Any]:
    """What it says of these, as the daemon understands it; of pictures their ids, with a trouble where there is one."""
    said = [read_word(line) for line in desk.read(Part(mark, list(ids)))]
    return [[(o.id, o.trouble) for o in word] if isinstance(word, list) else word for word in said]


def test_its_reader_is_told_what_was_ordered(make: MakeDesk, tmp_path: Path) -> None:
    """One process, the model from memory, the folder as executors see it."""
    desk = make()
    told = Reader.made.settings
    assert (bytes(tmp_path), "unit", "image", 1000, 2000) == (
        told.work, told.terms.scale, told.terms.shape, told.terms.max_pixels, told.terms.max_bytes,
    )  # fmt: skip
    assert (30.0, None, 1, MODEL) == (
        told.terms.seconds_per_picture, told.terms.accepted_error, told.workers, Reader.made.model,
    )  # fmt: skip
    assert ("net", "3") == (desk.model_name, desk.misread)


def test_many_answers_come_in_a_line(make: MakeDesk) -> None:
    """But not all of them: a line has an end. Each picture is spoken of once."""
    desk, ids = make(), [str(number) for number in range(2 * TOGETHER + 5)]
    assert [[(id_, None) for id_ in ids[at : at + TOGETHER]] for at in range(0, len(ids), TOGETHER)] == read(desk, *ids)
    assert not desk.busy


def test_answers_that_come_one_by_one_are_said_together(make: MakeDesk) -> None:
    """As far as one task goes."""
    desk = make()
    Reader.made.script = [(1.0, [verdict("a")]), (1.0, []), (1.0, [verdict("b"), lost("c", Trouble.CRASHED)])]
    assert [[("a", None), ("b", None), ("c", Trouble.CRASHED)]] == read(desk, "a", "b", "c")


def test_of_no_pictures_nothing_is_said(make: MakeDesk) -> None:
    """As in the job that shows whose fault a death was; but that the storage is away."""
    desk = make()
    assert [] == read(desk)
    (word,) = read(desk, mark="another")
    assert isinstance(word, Away)
    assert [] == word.away


def test_where_the_storage_is_away_nothing_is_read(make: MakeDesk, tmp_path: Path) -> None:
    """It says so of all pictures, and takes its time: another executor is to have the next task."""
    desk = make()
    (tmp_path / "identity").unlink()
    (word,) = read(desk, "a", "b")
    assert (["a", "b"], f"{tmp_path}/identity: No such file or directory") == (word.away, word.why)
    assert ([AWAY_SECONDS], []) == (Reader.made.slept, Reader.made.hand)


@pytest.mark.parametrize("trouble", [Trouble.UNREAD, Trouble.TIMED_OUT])
def test_where_it_goes_away_in_the_middle_nobody_is_blamed(
    make: MakeDesk, monkeypatch: pytest.MonkeyPatch, trouble: Trouble
) -> None:
    """What was read before stands. The rest is not tried: each would fail like the first; the reader has it still."""
    desk, looks = make(), iter(["", "", "it is gone"])
    monkeypatch.setattr(module, "why_away", lambda *_: next(looks))
    Reader.made.script = [
        (1.0, [verdict("a"), lost("b", trouble, 5)]),
        (1.0, [verdict("c"), lost("d", trouble, 5), lost("e", Trouble.CRASHED)]),
    ]
    first, second = read(desk, *"abcdefg")
    assert [("a", None), ("b", trouble), ("c", None), ("e", Trouble.CRASHED)] == first
    assert ([*"dfg"], "it is gone") == (second.away, second.why)
    assert (True, []) == (desk.busy, Reader.made.slept)


@pytest.mark.parametrize("trouble", [Trouble.UNREAD, Trouble.TIMED_OUT])
def test_where_the_storage_is_there_it_is_the_picture(make: MakeDesk, trouble: Trouble) -> None:
    """It is gone by itself, or takes too long."""
    desk = make()
    Reader.made.script = [(1.0, [lost("a", trouble, 2)]), (1.0, [verdict("b")])]
    assert [[("a", trouble), ("b", None)]] == read(desk, "a", "b")


def test_a_task_ends_in_time(make: MakeDesk) -> None:
    """What there was no time for is not spoken of: it is asked for again. The reader still has it."""
    desk = make()
    Reader.made.script = [(30.0, [verdict("a")]), (9.0, [verdict("b")]), (2.0, [verdict("c")])]
    assert [[("a", None), ("b", None)]] == read(desk, *"abcd")
    assert (30.0 + TASK_SECONDS, True) == (Reader.made.now, desk.busy)
    assert [30.0, TASK_SECONDS, 1.0] == Reader.made.waits


def test_a_task_reads_one_at_least(make: MakeDesk) -> None:
    """However long it takes: else nothing would ever come of it."""
    desk = make()
    Reader.made.script = [(30.0, []), (30.0, []), (1.0, [lost("a", Trouble.TIMED_OUT)])]
    assert [[("a", Trouble.TIMED_OUT)]] == read(desk, "a", "b")
    assert 3 * [30.0] == Reader.made.waits


@pytest.mark.parametrize("what", ["code", "model"])
def test_what_is_not_what_was_sent_is_refused(make: MakeDesk, what: str) -> None:
    """Nothing is started then."""
    made = Reader.__dict__.get("made")
    with pytest.raises(SurroundingsError, match=f"the {what} that came has the hash ") as raised:
        make(**{what: "0" * 64})
    assert "and 000000000000 was sent" in str(raised.value)
    assert "Is the executors' disk full, or failing?" == raised.value.hint
    assert made is Reader.__dict__.get("made")


def test_code_of_another_place_is_refused(make: MakeDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A digit-watcher of another version may be installed there."""
    monkeypatch.setattr(watcher, "__file__", "/usr/lib/python3/watcher/__init__.py")
    with pytest.raises(SurroundingsError, match=r"it runs /usr/lib/python3/watcher/__init__.py, and not ") as raised:
        make()
    assert "PYTHONPATH" in raised.value.hint


def test_a_start_that_fails_leaves_nothing_behind(make: MakeDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each task tries anew: neither a process nor the model's memory may stay each time."""
    monkeypatch.setattr(Reader, "error", ModelError("no model"))
    with pytest.raises(ModelError, match="no model"):
        make()
    assert 1 == Reader.made.closed
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(Reader.made.settings.model)


def test_a_desk_that_is_closed_leaves_nothing_behind(make: MakeDesk) -> None:
    """The same at an end."""
    make().close()
    assert 1 == Reader.made.closed
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(Reader.made.settings.model)


def test_it_says_who_reads_and_by_what(make: MakeDesk, tmp_path: Path) -> None:
    """And whether it sees the storage, where there is a mark yet."""
    desk, told = make(), order(work=str(tmp_path), code="", model="")
    found = _SAID.validate_json(facts(desk, told, MARK))
    assert isinstance(found, Facts)
    assert ("net", "3", "") == (found.model, found.misread, found.away)
    assert "numpy" in found.versions
    assert "is not the mark" in _SAID.validate_json(facts(desk, told, "other")).away
    assert "" == _SAID.validate_json(facts(desk, told, "")).away


def test_what_it_says_can_be_said_of_any_path() -> None:
    """A path that is no text would else end the task, and so the job of each picture in turn."""
    assert "\\udcff" == read_word(away(["a"], "\udcff")).why
    refused = _SAID.validate_json(refusal(ModelError("/\udcff is no model", hint="\udcff")))
    assert isinstance(refused, Refused)
    assert ("ModelError", "\\udcff") == (refused.refused, refused.hint)
    assert refused.error.endswith(": /\\udcff is no model")
