"""watcher.retention: what has had its time is deleted, oldest first, and nothing else; a kill leaves no half of it."""

from datetime import timedelta
from unittest.mock import patch

from fakes import BLANK, SEVEN
from house import DATA, DAY, MakeHouse

from watcher.retention import retention


def test_without_rules_everything_stays(make_house: MakeHouse) -> None:
    """For years."""
    house = make_house()
    house.add()
    house.now += 1000 * DAY
    house.tidy()
    assert ["archived"] == house.states()


def test_pictures_go_when_their_days_are_over(make_house: MakeHouse) -> None:
    """The oldest first, with the folders that are left empty; archive/ itself stays."""
    house = make_house(archive_days=3)
    house.add("a/7.png")
    house.days(2)
    house.add("8.png")
    house.days(1)
    assert ["archived", "archived"] == house.states()
    house.now += timedelta(milliseconds=1)
    house.tidy()
    assert ["archive/2026-03-03", "archive/2026-03-03/8.png"] == house.lying()
    assert ["expired", "archived"] == house.states()
    house.days(3)
    assert (["expired", "expired"], []) == (house.states(), house.lying())
    assert (house.outbox / "archive").is_dir()
    assert {"archive": 2} == house.retention.files
    assert {"archive": 2 * len(DATA)} == house.retention.bytes


def test_rejected_pictures_have_days_of_their_own(make_house: MakeHouse) -> None:
    """Their reasons go with them; the archive is left."""
    house = make_house(rejected_days=1)
    house.add("7.png")
    house.add("8.png", verdict=BLANK)
    house.days(2)
    assert (["archived", "expired"], 2) == (house.states(), len(house.lying()))


def test_the_oldest_go_when_there_are_too_many_bytes(make_house: MakeHouse) -> None:
    """As many as it takes, whatever their age."""
    house = make_house(archive_bytes=3 * len(DATA))
    for number in range(5):
        house.add(f"{number}.png")
        house.add(f"{number}.png", verdict=BLANK)
    house.tidy()
    assert ["expired", "expired", "archived", "archived", "archived"] == house.states()[::2]
    assert {"archived"} == {*house.states()[1::2]}
    house.add("5.png")
    house.tidy()
    assert 3 == house.states()[::2].count("expired")


def test_both_rules_hold_at_once(make_house: MakeHouse) -> None:
    """Days for all, and bytes for what is left."""
    house = make_house(archive_days=2, archive_bytes=2 * len(DATA))
    for _ in range(3):
        house.add()
        house.add()
        house.days(1)
        assert house.states().count("archived") <= 2
    house.days(2)
    assert {"expired"} == {*house.states()}


def test_a_bite_takes_only_so_many(make_house: MakeHouse) -> None:
    """The loop has other things to do."""
    house = make_house(archive_days=1)
    for number in range(5):
        house.add(f"{number}.png")
    house.now += 1.5 * DAY
    assert house.retention.bite(2)
    assert 2 == house.states().count("expired")
    assert house.retention.bite(2)
    assert house.retention.bite(2)
    assert not house.retention.bite(2)
    assert 5 == house.states().count("expired")


def test_where_few_are_of_a_kind_each_record_is_passed_once(make_house: MakeHouse) -> None:
    """A rejected one among many others; and the ledger remembers up to where."""
    with patch.object(retention, "LOOKED_AT", 3):
        house = make_house(rejected_days=1)
        for number in range(10):
            house.add(f"{number}.png", verdict=BLANK if number in (1, 8) else SEVEN)
        house.days(2)
        assert [1, 8] == [n for n, state in enumerate(house.states()) if state == "expired"]
        assert 10 == house.ledger.frontier("rejected")[0]
        assert 0 == house.ledger.frontier("archive")[0]


def test_a_picture_in_work_is_not_touched_and_not_forgotten(make_house: MakeHouse) -> None:
    """One that cannot be put at its place for weeks has its days when it is there."""
    house = make_house(archive_days=2)
    stuck = house.add("stuck.png", put=False)
    house.add("8.png")
    house.days(3)
    assert ["archived", "expired"] == house.states()
    house.restart()
    house.put(stuck)
    house.tidy()
    assert (["expired", "expired"], []) == (house.states(), house.lying())


def test_a_picture_in_work_is_none_of_too_many(make_house: MakeHouse) -> None:
    """It is not deleted for its bytes, nor passed over for good."""
    house = make_house(archive_bytes=len(DATA))
    one = house.add("1.png", put=False)
    house.add("2.png")
    house.tidy()
    assert ["archived", "expired"] == house.states()
    house.put(one)
    house.add("3.png")
    house.tidy()
    assert ["expired", "expired", "archived"] == house.states()


def test_one_that_was_missing_and_is_there_again_has_its_days(make_house: MakeHouse) -> None:
    """It had been passed."""
    house = make_house(archive_days=2)
    lost = house.add("1.png")
    house.ledger.set_state([lost.claim.id], "missing")
    house.add("2.png")
    house.days(3)
    assert ["missing", "expired"] == house.states()
    house.ledger.set_state([lost.claim.id], "recorded")
    house.put(lost)
    house.tidy()
    assert ["expired", "expired"] == house.states()


def test_what_was_read_again_is_not_deleted_under_its_old_name(make_house: MakeHouse) -> None:
    """Somebody else's file may lie there by now."""
    house = make_house(archive_days=2)
    old = house.add("7.png")
    house.ledger.set_state([old.claim.id], "requeued")
    house.days(3)
    assert (["requeued"], 2) == (house.states(), len(house.lying()))
