"""watcher.service: the next start carries on, wherever the last one ended."""

import os
import shutil
from pathlib import Path

import pytest
from drawing import digit, encoded
from fakes import SEVEN, Desk, claim, id_of

from watcher.recognition.verdict import Verdict
from watcher.records import Claim, Identity

PICTURES = {f"{number}.png": encoded(digit(number)) for number in (3, 7)}


class Killed(BaseException):
    """The process ends here, without another word."""


def in_work(desk: Desk, number: int = 1, state: str = "intent") -> Claim:
    """A picture that was claimed by an earlier run."""
    made = claim(number)
    Path(os.fsdecode(desk.files.in_work(made.id))).write_bytes(PICTURES["7.png"])
    made = claim(number, identity=desk.files.identity_in_work(made.id))
    desk.ledger.intend([made])
    desk.ledger.set_state([made.id], state)
    return made


def assert_all_arrived(desk: Desk, pictures: dict[str, bytes]) -> None:
    """One row, one JSON line and one file in the archive each; nothing in hand, nothing left."""
    assert sorted(pictures) == sorted(row[1] for row in desk.rows())
    archive = desk.outbox / "archive" / "2026-03-01"
    assert pictures == {path.name: path.read_bytes() for path in archive.iterdir()}
    assert len(pictures) == len((desk.outbox / "results.jsonl").read_bytes().splitlines())
    assert {} == desk.ledger.states()
    assert {"quarantine"} == set(os.listdir(os.fsdecode(desk.files.work)))


STEPS = [
    ("ledger", "intend"), ("files", "claim"), ("engine", "submit"), ("ledger", "record"), ("results", "append"),
    ("archive", "put"), ("results", "positions"), ("ledger", "finish"),
]  # fmt: skip


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("part", "step"), STEPS)
def test_a_kill_at_any_step_loses_and_doubles_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, part: str, step: str, when: str
) -> None:
    """Two pictures, a kill before or after each step of the way: the next start brings both home, once."""
    owner = getattr(desk, part)
    real = getattr(owner, step)

    def killed(*arguments: object) -> None:
        if when == "after":
            real(*arguments)
        raise Killed

    for name, data in PICTURES.items():
        desk.drop(name, data)
    monkeypatch.setattr(owner, step, killed)
    with pytest.raises(Killed):
        desk.turns(2)
    monkeypatch.undo()
    desk.restart()
    desk.turns(4)
    assert_all_arrived(desk, PICTURES)
    desk.restart()
    desk.turns(2)
    assert_all_arrived(desk, PICTURES)


def test_an_intent_whose_file_is_still_in_the_inbox_is_withdrawn(desk: Desk) -> None:
    """Killed before the rename: the file is found anew, under a new id."""
    path = desk.drop("7.png", PICTURES["7.png"])
    desk.ledger.intend([claim(1, identity=Identity.of(path.stat()))])
    desk.restart()
    assert "unknown" == desk.state_of(id_of(1))
    desk.turns(2)
    assert [False] == [row[0] == id_of(1) for row in desk.rows()]


def test_an_intent_whose_place_another_file_has_is_missing(desk: Desk) -> None:
    """A new file of the old name is not taken for the one that was claimed."""
    desk.drop("7.png", PICTURES["7.png"])
    desk.ledger.intend([claim(1)])
    desk.restart()
    assert "missing" == desk.state_of(id_of(1))


def test_a_claimed_picture_is_submitted_again(desk: Desk) -> None:
    """It may be the one that ended the last run: it counts as a new attempt."""
    in_work(desk, 1)
    in_work(desk, 2)
    assert 2 == desk.restart()
    assert [[id_of(1), id_of(2)]] == desk.engine.submitted
    assert [2, 2] == [made.attempt for made in desk.ledger.in_work()]
    desk.turns(1)
    assert [id_of(1), id_of(2)] == [row[0] for row in desk.rows()]


def test_a_pause_is_no_attempt(desk: Desk) -> None:
    """Going on after a trouble of the surroundings does not count against the picture."""
    in_work(desk)
    desk.service.recover(restarted=False)
    assert [1] == [made.attempt for made in desk.ledger.in_work()]


def test_a_picture_changed_while_we_were_away_has_its_new_identity(desk: Desk) -> None:
    """What lies in the work folder now is what the verdict will be compared with."""
    made = in_work(desk)
    with open(desk.files.in_work(made.id), "ab") as writer:
        writer.write(b"more")
    desk.restart()
    assert [made.identity.size + 4] == [found.identity.size for found in desk.ledger.in_work()]
    desk.turns(1)
    assert 1 == len(desk.rows())


def recorded(desk: Desk, verdict: Verdict = SEVEN) -> Claim:
    made = in_work(desk)
    desk.ledger.record([(made, verdict)], "net", "2026-03-01T12:00:01.000Z", desk.places)
    return made


def test_a_result_without_its_row_gets_it(desk: Desk) -> None:
    """Recorded, not appended, file still in work: row and place."""
    made = recorded(desk)
    assert 1 == desk.restart()
    assert ([made.id], ["2026-03-01/7.png"]) == ([row[0] for row in desk.rows()], desk.below("archive"))
    assert "archived" == desk.state_of(made.id)


def test_a_picture_that_is_at_its_place_already_is_marked(desk: Desk) -> None:
    """Renamed, not marked: nothing is moved, nothing is written twice."""
    made = recorded(desk)
    desk.results.append(desk.ledger.to_archive())
    desk.archive.put(desk.ledger.to_archive())
    desk.restart()
    assert ("archived", 1) == (desk.state_of(made.id), len(desk.rows()))


def test_a_picture_that_is_nowhere_is_missing(desk: Desk) -> None:
    """In neither place: said by the ledger, its row stays."""
    made = recorded(desk)
    os.unlink(desk.files.in_work(made.id))
    desk.restart()
    assert ("missing", 1) == (desk.state_of(made.id), len(desk.rows()))
    assert {"missing": 1} == desk.ledger.states()


def test_a_missing_picture_that_turns_up_goes_on(desk: Desk) -> None:
    """Back in the work folder, with or without a result: it goes on from there."""
    read, unread = recorded(desk), in_work(desk, 2, "missing")
    desk.ledger.set_state([read.id], "missing")
    desk.restart()
    desk.turns(1)
    assert ["archived", "archived"] == [desk.state_of(made.id) for made in (read, unread)]
    assert 2 == len(desk.rows())


def test_an_archived_picture_back_in_the_work_folder_is_archived_again(desk: Desk) -> None:
    """A power cut may lose the rename and keep the ledger: no second row."""
    desk.drop("7.png", PICTURES["7.png"])
    desk.turns(2)
    (id_,) = desk.ids()
    shutil.move(desk.outbox / "archive/2026-03-01/7.png", os.fsdecode(desk.files.in_work(id_)))
    desk.restart()
    assert_all_arrived(desk, {"7.png": PICTURES["7.png"]})


@pytest.mark.parametrize("moved", [False, True])
def test_a_kill_while_a_link_is_set_aside_leaves_it_in_quarantine(desk: Desk, moved: bool) -> None:
    """It was claimed in the place of a picture; the next start sets it aside, or finds it there."""
    desk.ledger.intend([claim(1)])
    folder = Path(os.fsdecode(desk.files.work))
    ((folder / "quarantine" if moved else folder) / id_of(1)).symlink_to("/etc/hostname")
    desk.restart()
    assert "quarantined" == desk.state_of(id_of(1))
    assert [id_of(1)] == os.listdir(folder / "quarantine")
    assert ["quarantine"] == os.listdir(folder)


def test_a_kill_while_a_stray_is_taken_on_leaves_no_second_record(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was announced, and its rename did not come: the next start goes on with the same id."""
    (desk.inbox / ".work" / "stray.png").write_bytes(PICTURES["3.png"])

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(os, "rename", killed)
        with pytest.raises(Killed):
            desk.restart()
    (id_,) = desk.ids()
    desk.restart()
    desk.turns(1)
    assert [id_] == desk.ids()
    assert ["stray.png"] == [row[1] for row in desk.rows()]


def test_a_stray_in_the_work_folder_is_read(desk: Desk) -> None:
    """A file that the ledger never heard of has a row too, under its own name; other things are left."""
    (desk.inbox / ".work" / "stray.png").write_bytes(PICTURES["3.png"])
    (desk.inbox / ".work" / "folder").mkdir()
    desk.restart()
    desk.turns(1)
    assert ["stray.png"] == [row[1] for row in desk.rows()]
    assert (desk.inbox / ".work" / "folder").is_dir()


def test_a_requeue_that_was_killed_is_carried_on(desk: Desk) -> None:
    """Announced, not yet taken out of the archive."""
    desk.drop("7.png", PICTURES["7.png"])
    desk.turns(2)
    (old,) = desk.ids()
    found = desk.ledger.find(old).claim
    again = found._replace(id="ffffffff-0000-7000-8000-000000000002", requeued_from=old)
    desk.ledger.intend([again])
    desk.restart()
    desk.turns(2)
    assert 2 == len(desk.rows())
    assert ("requeued", ["2026-03-01/7~2.png"]) == (desk.state_of(old), desk.below("archive"))


def test_what_was_submitted_is_not_submitted_again_after_a_pause(desk: Desk) -> None:
    """The engine still has it; only what it does not have is handed over."""
    desk.drop("7.png", PICTURES["7.png"])
    desk.turns(1)
    assert 0 == desk.service.recover(restarted=False)
    assert 1 == len(desk.engine.submitted)
    desk.service.replace_engine(desk.engine)
    assert 1 == desk.service.recover(restarted=False)
    desk.turns(2)
    assert 1 == len(desk.rows())
