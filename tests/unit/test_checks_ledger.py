"""watcher.checks: the ledger, the marks, the results files, and what a daemon left."""

import array
import fcntl
import json
import os
from pathlib import Path

import pytest
from drawing import digit, encoded
from fakes import Desk
from scenes import all_well, as_stranger, said, scene_of, without_powers

from watcher.checks.ledger import check_ledger, check_leftovers, check_marks
from watcher.checks.results import check_results
from watcher.checks.scene import Scene
from watcher.identity import Marked
from watcher.ledger import Ledger
from watcher.schema import SCHEMA_VERSION

CHECKS = (check_ledger, check_marks, check_results, check_leftovers)


@pytest.fixture
def scene(desk: Desk, tmp_path: Path) -> Scene:
    """What a daemon left that read one picture, and was stopped."""
    desk.drop("7.png", encoded(digit(7)))
    desk.turns(2)
    for marked in (Marked.inbox(desk.inbox), Marked.outbox(desk.outbox)):
        marked.check(desk.ledger)
    return scene_of(tmp_path, inbox=desk.inbox, outbox=desk.outbox, state=desk.state)


def contents(folder: Path) -> dict[str, bytes]:
    """But for what SQLite keeps in memory beside the ledger."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".sqlite3-shm")
    return {str(path): path.read_bytes() for path in files}


def test_what_a_daemon_left_is_good_and_stays_as_it_is(scene: Scene, tmp_path: Path) -> None:
    """Byte for byte."""
    before = contents(tmp_path)
    for check in CHECKS:
        assert all_well(check, scene), said(check, scene)
    assert before == contents(tmp_path)
    assert "1 result, every page is sound" in said(check_ledger, scene)
    assert "results.csv and results.jsonl can be appended to" in said(check_results, scene)


def test_before_the_first_start_there_is_nothing_to_find_fault_with(tmp_path: Path) -> None:
    """And nothing is made."""
    (tmp_path / "in").mkdir()
    for check in CHECKS:
        assert all_well(check, scene_of(tmp_path)), check
    assert ["in"] == os.listdir(tmp_path)


def test_a_damaged_ledger_is_a_fault_of_one_check(scene: Scene, desk: Desk) -> None:
    """The others say nothing of it, and do not stumble."""
    desk.close()
    with open(scene.config.ledger_path, "r+b") as file:
        file.write(b"no ledger at all" * 300)
    assert "FAIL: cannot use the ledger" in said(check_ledger, scene)
    for check in (check_marks, check_results, check_leftovers):
        assert all_well(check, scene)


@pytest.mark.parametrize("what", ["inbox", "outbox"])
def test_a_folder_of_another_ledger_is_a_fault(scene: Scene, desk: Desk, what: str) -> None:
    """As one looks that is not mounted, or another one's that is."""
    getattr(Marked, what)(getattr(desk, what)).file.write_text("strange\n")
    assert f"FAIL: the {what}" in said(check_marks, scene)
    assert "Is its disk mounted?" in said(check_marks, scene)


def test_a_folder_that_was_made_anew_is_worth_a_word(scene: Scene, desk: Desk) -> None:
    """It will be taken on; the ledger is not told by a check."""
    Marked.outbox(desk.outbox).file.unlink()
    assert "warn: the outbox" in said(check_marks, scene)
    assert "warn: the outbox" in said(check_marks, scene)


def test_a_folder_whose_ledger_is_lost_is_a_fault(scene: Scene, desk: Desk, tmp_path: Path) -> None:
    """A new one would begin with nothing."""
    assert "FAIL: the inbox" in said(check_marks, scene_of(tmp_path, inbox=desk.inbox, outbox=desk.outbox, state=None))


def test_rows_that_the_ledger_does_not_know_are_a_fault(scene: Scene, desk: Desk) -> None:
    """A ledger out of a backup: the daemon would refuse to start."""
    path = desk.outbox / "results.jsonl"
    known, strange = desk.ids()[0], "0199ffff-0000-7000-8000-000000000000"
    with open(path, "ab") as file:
        file.write(path.read_bytes().replace(known.encode(), strange.encode()))
    found = said(check_results, scene)
    assert f"FAIL: {path} has rows that the ledger does not know, {strange} for one" in found
    assert "digit-watcher repair" in found


def test_a_results_file_that_is_none_is_a_fault(scene: Scene, desk: Desk) -> None:
    """A link may lead anywhere; a FIFO would hold the daemon up, and does not hold up the check."""
    path = desk.outbox / "results.csv"
    path.unlink()
    os.mkfifo(path)
    assert "FAIL: " in said(check_results, scene)
    assert "is no regular file" in said(check_results, scene)


def test_other_columns_are_worth_a_word(scene: Scene, desk: Desk) -> None:
    """That file will be set aside."""
    (desk.outbox / "results.csv").write_text("a;b;c\n1;2;3\n")
    assert "warn: " in said(check_results, scene)
    assert "has other columns" in said(check_results, scene)


def test_a_results_file_that_may_not_be_written_to_is_a_fault(scene: Scene, desk: Desk, tmp_path: Path) -> None:
    """As after a copy by somebody else; to a stranger it is only not known."""
    (desk.outbox / "results.csv").chmod(0o400)
    with without_powers(tmp_path):
        assert "FAIL: cannot append to" in said(check_results, scene)
        assert "warn: not known: cannot append to" in said(check_results, as_stranger(scene))


@pytest.mark.parametrize(("flags", "letter"), [(0x10, "i"), (0x20, "a"), (0x30, "i")])
def test_attributes_that_forbid_writing_are_a_fault(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, flags: int, letter: str
) -> None:
    """Permissions do not show them; +a lets rows be appended, and torn ones not be mended."""

    def ioctl(_: int, __: int, answer: "array.array[int]") -> int:
        answer[0] = flags | 0x80000
        return 0

    monkeypatch.setattr(fcntl, "ioctl", ioctl)
    assert f"chattr -{letter}" in said(check_results, scene)


def test_what_waits_for_a_person_is_counted(scene: Scene, desk: Desk, tmp_path: Path) -> None:
    """Strangers in quarantine, and wishes that the daemon cannot read."""
    (desk.inbox / ".work" / "quarantine" / "x").mkdir()
    wish = desk.requests.folder / "a.json"
    wish.write_text(json.dumps({"requeue": []}))
    wish.chmod(0)
    with without_powers(tmp_path):
        found = said(check_leftovers, scene)
    assert f"warn: 1 thing lies in {desk.inbox}/.work/quarantine" in found
    assert f"warn: watcher may not read the wish {wish}" in found


def test_a_closed_state_is_not_known_to_strangers(scene: Scene, desk: Desk, tmp_path: Path) -> None:
    """Neither is whether there is a ledger at all."""
    desk.state.chmod(0)
    with without_powers(tmp_path):
        for check in (check_ledger, check_marks):
            assert said(check, as_stranger(scene)).startswith("warn: not known: ")
    desk.state.chmod(0o700)


def test_a_ledger_of_another_version_is_left_to_its_check(scene: Scene, desk: Desk) -> None:
    """What it says cannot be compared yet."""
    desk.ledger._db.execute("PRAGMA user_version = 99")
    assert "FAIL: the ledger" in said(check_ledger, scene)
    assert "ok: not known before the ledger can be used" in said(check_marks, scene)
    desk.ledger._db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    assert isinstance(scene.open_ledger(), Ledger)
