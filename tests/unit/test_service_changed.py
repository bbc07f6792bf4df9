"""watcher.service: pictures that change while they are in hand are read as what they are in the end."""

import pytest
from drawing import digit, encoded
from fakes import PNG, Desk

from watcher.engine import Outcome


def test_a_picture_changed_during_reading_is_read_anew(desk: Desk) -> None:
    """The writer went on after the claim: no row until the file keeps still, then one, of what it is now."""
    desk.drop("7.png", PNG)
    desk.turns(1)
    (id_,) = desk.ids()
    with open(desk.files.in_work(id_), "ab") as writer:
        writer.write(b"more")
    desk.turns(1)
    assert ([], 1) == (desk.rows(), desk.service.in_hand)
    desk.turns(1, seconds=5.0)
    desk.turns(2, seconds=5.0)
    assert [id_] == [row[0] for row in desk.rows()]
    assert [[id_], [id_]] == desk.engine.submitted
    assert len(PNG) + 4 == desk.ledger.find(id_).claim.identity.size


def test_a_picture_changed_after_reading_and_before_its_row_is_read_anew(desk: Desk) -> None:
    """The verdict is of other bytes than those that would be archived."""
    desk.drop("7.png", PNG)

    def read_then_change(id_: str) -> Outcome:
        outcome = desk.seen(id_)
        with open(desk.files.in_work(id_), "ab") as writer:
            writer.write(b"more")
        return outcome

    desk.engine.read = read_then_change
    desk.turns(2)
    assert ([], 1) == (desk.rows(), desk.service.in_hand)


def test_a_picture_changed_again_and_again_is_known_by_its_last_state(desk: Desk) -> None:
    """Finished by its writer while it waited: read at once, and the ledger knows the final size."""
    desk.drop("7.png", PNG)
    desk.turns(1)
    (id_,) = desk.ids()
    path = desk.files.in_work(id_)
    with open(path, "wb") as writer:
        writer.write(PNG[:100])
    desk.turns(1)
    with open(path, "wb") as writer:
        writer.write(encoded(digit(8)))
    desk.now += 2.0
    desk.turns(3)
    assert [id_] == [row[0] for row in desk.rows()]
    assert desk.archive.holds(desk.ledger.find(id_))


def test_half_a_picture_that_took_the_place_of_a_whole_one_waits(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Replaced between look and rename: what was taken is judged again, and not read before it is whole or still."""
    desk.drop("7.png", PNG)
    real = desk.files.claim

    def replace_and_claim(claim):
        (desk.inbox / "7.png").unlink()
        (desk.inbox / "7.png").write_bytes(PNG[:200])
        return real(claim)

    monkeypatch.setattr(desk.files, "claim", replace_and_claim)
    desk.turns(2, seconds=0.1)
    assert ([], 1) == (desk.engine.submitted, desk.service.in_hand)
    (id_,) = desk.ids()
    with open(desk.files.in_work(id_), "ab") as writer:
        writer.write(PNG[200:])
    desk.now += 2.0
    desk.turns(2)
    assert [id_] == [row[0] for row in desk.rows()]
