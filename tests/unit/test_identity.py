"""watcher.identity: inbox and outbox are the ones that are meant."""

import os
from pathlib import Path

import pytest

from watcher.errors import SurroundingsError
from watcher.identity import Marked
from watcher.ledger import Ledger


@pytest.fixture(params=["inbox", "outbox"])
def marked(request: pytest.FixtureRequest, tmp_path: Path) -> Marked:
    """Each of the two folders."""
    (tmp_path / request.param).mkdir()
    return getattr(Marked, request.param)(tmp_path / request.param)


def test_the_first_start_marks_both(marked: Marked, ledger: Ledger) -> None:
    """The mark in the folder is the ledger's; the next check is content."""
    marked.check(ledger)
    assert ledger.meta(f"{marked.what}_identity") == marked.found() is not None
    marked.check(ledger)


def test_a_folder_made_anew_at_the_same_place_is_taken_on(marked: Marked, ledger: Ledger) -> None:
    """Deleted and made again on the same disk: it gets a new mark."""
    marked.check(ledger)
    before = marked.found()
    marked.file.unlink()
    marked.check(ledger)
    assert before != marked.found() == marked.known_to(ledger)


def test_a_share_that_is_not_mounted_is_noticed(marked: Marked, ledger: Ledger) -> None:
    """No mark, and the folder lies on another device: it is not taken for the one that is meant."""
    marked.check(ledger)
    ledger.set_meta(f"{marked.what}_device", "4711")
    marked.file.unlink()
    with pytest.raises(SurroundingsError, match="is not the one that the ledger") as refused:
        marked.check(ledger)
    assert "mounted?" in refused.value.hint
    assert "init --adopt" in refused.value.hint
    assert not marked.file.exists()


def test_a_folder_that_is_gone_is_told(marked: Marked, ledger: Ledger) -> None:
    """It is not made here."""
    marked.check(ledger)
    os.rename(marked.folder, marked.folder.with_name("elsewhere"))
    with pytest.raises(SurroundingsError, match=f"there is no {marked.what} at"):
        marked.check(ledger)
    assert not marked.folder.exists()


@pytest.mark.parametrize("known", [None, "another-mark"])
def test_another_daemons_folder_is_refused_until_adopted(marked: Marked, ledger: Ledger, known: str | None) -> None:
    """A mark that the ledger does not know: another state's folder, or a ledger that was lost."""
    marked.file.parent.mkdir(exist_ok=True)
    marked.file.write_text("strange-mark\n")
    if known:
        ledger.set_meta(f"{marked.what}_identity", known)
    with pytest.raises(SurroundingsError, match=str(marked.folder)):
        marked.check(ledger)
    with pytest.raises(SurroundingsError, match="belongs to another ledger"):
        marked.check_not_orphaned(ledger.path)
    marked.adopt(ledger)
    marked.check(ledger)


@pytest.mark.parametrize("writes", [1, 2])
def test_killed_while_marking_the_next_start_goes_on(
    marked: Marked, ledger: Ledger, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    """After the first and after the second fact in the ledger, before the mark: no person is needed."""
    real, done = ledger.set_meta, list[str]()

    def killed(key: str, value: str) -> None:
        real(key, value)
        done.append(key)
        if len(done) == writes:
            raise KeyboardInterrupt

    monkeypatch.setattr(ledger, "set_meta", killed)
    with pytest.raises(KeyboardInterrupt):
        marked.check(ledger)
    assert not marked.file.exists()
    monkeypatch.undo()
    marked.check(ledger)
    assert marked.found() == marked.known_to(ledger)
