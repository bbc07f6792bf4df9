"""The queue of the review page: who gets what, and what becomes of what they say."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import BLANK, SEVEN, id_of
from visitor import DOUBTFUL, Page, Visitor

from watcher.corrections.labels import NOT_A_DIGIT
from watcher.review.api import AHEAD
from watcher.review.leases import LEASE_SECONDS, Leases


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    made = Page(tmp_path)
    yield made
    made.close()


@pytest.fixture
def ada(page: Page) -> Visitor:
    return page.visitor("Ada")


@pytest.fixture
def ben(page: Page) -> Visitor:
    return page.visitor("Ben")


def ids(*numbers: int) -> list[str]:
    return [id_of(number) for number in numbers]


def test_only_what_needs_a_person_comes_the_oldest_first(page: Page, ada: Visitor) -> None:
    """Neither what is ok or unreadable, nor what somebody has spoken of."""
    page.add(SEVEN, DOUBTFUL, BLANK, DOUBTFUL, DOUBTFUL)
    page.correct(id_of(4), "3")
    assert ids(2, 5) == ada.next()


def test_two_people_get_different_pictures(page: Page, ada: Visitor, ben: Visitor) -> None:
    """Each some ahead, so that the next one is there at once."""
    page.add(*[DOUBTFUL] * (AHEAD + 2))
    assert ids(*range(1, AHEAD + 1)) == ada.next()
    assert ids(AHEAD + 1, AHEAD + 2) == ben.next()
    assert [] == ben.next(*ids(AHEAD + 1, AHEAD + 2))


def test_two_tabs_of_one_person_are_two(page: Page, ada: Visitor) -> None:
    """A browser's session is the same in both."""
    page.add(*[DOUBTFUL] * (AHEAD + 2))
    assert AHEAD == len(ada.next())
    ada.tab = "another0tab"
    assert ids(AHEAD + 1, AHEAD + 2) == ada.next()


def test_what_nobody_looks_at_any_more_goes_to_another(page: Page, ada: Visitor, ben: Visitor) -> None:
    """After a minute without a sign; what is shown stays where it is."""
    page.add(*[DOUBTFUL] * 2)
    assert ids(1, 2) == ada.next()
    page.seconds += LEASE_SECONDS - 1
    assert {"lost": []} == ada.post("/api/hold", {"tab": ada.tab, "have": ids(1)}).json()
    assert ids(2) == ben.next()
    page.seconds += LEASE_SECONDS + 1
    assert ids(1) == ben.next(*ids(2))
    assert {"lost": ids(1)} == ada.post("/api/hold", {"tab": ada.tab, "have": ids(1)}).json()


def test_an_answer_on_its_way_keeps_its_picture(page: Page, ada: Visitor, ben: Visitor) -> None:
    """Nobody else gets it before the answer is kept, and it does not come twice."""
    page.add(*[DOUBTFUL] * 2)
    ada.next()
    assert [] == ada.next(*ids(2), saving=ids(1))
    assert [] == ben.next()


def test_what_is_skipped_comes_last(page: Page, ada: Visitor, ben: Visitor) -> None:
    """To the one who skipped; to another person in its turn."""
    page.add(*[DOUBTFUL] * (AHEAD + 2))
    held = ada.next()
    for number in (1, 2):
        held = held[1:]
        held += ada.next(*held, skip=id_of(number))
    assert ids(*range(3, AHEAD + 3)) == held
    assert ids(1, 2) == ben.next()
    assert ids(3) == ada.next(*held[1:], skip=id_of(3))


def test_with_many_before_others_the_next_free_one_is_found(page: Page, ada: Visitor, ben: Visitor) -> None:
    """Also behind more than are asked for at once."""
    page.add(*[DOUBTFUL] * (30 * AHEAD + 5))
    for _ in range(30):
        ada.tab += "x"
        assert AHEAD == len(ada.next())
    assert 30 * AHEAD + 1 == int(ben.next()[0][-12:], 16)


def test_a_word_is_kept_with_who_said_it(page: Page, ada: Visitor) -> None:
    """And the row says what stands now."""
    page.add(DOUBTFUL)
    told = ada.say(id_of(1), "9").json()
    (correction,) = page.ledger.corrections_of(id_of(1))
    assert ("4", "9", "Ada") == (correction.was, correction.label, correction.by)
    assert (True, "9", correction.seq) == (told["written"], told["row"]["label"], told["row"]["seen"])
    assert [] == ada.next()


def test_what_was_read_is_confirmed_by_saying_it(page: Page, ada: Visitor) -> None:
    """It is a word like any other."""
    page.add(DOUBTFUL)
    ada.say(id_of(1), "4")
    assert [("4", "4")] == [(one.was, one.label) for one in page.ledger.corrections_of(id_of(1))]


def test_a_word_over_one_that_was_not_seen_is_a_conflict(page: Page, ada: Visitor) -> None:
    """With who said what, and when; nothing is written. Who has seen it may insist."""
    page.add(DOUBTFUL)
    page.correct(id_of(1), "3", by="Ben")
    answer = ada.say(id_of(1), "9", seen=0)
    assert (409, "conflict") == (answer.status_code, answer.json()["error"])
    last = answer.json()["last"]
    assert ("Ben", "3", "2026-03-01T12:00:05.000Z") == (last["by"], last["label"], last["at"])
    assert [] == page.said
    assert 200 == ada.say(id_of(1), "9", seen=last["seq"]).status_code
    assert ["3", "9"] == [one.label for one in page.ledger.corrections_of(id_of(1))]


def test_the_same_word_of_two_people_is_no_conflict(page: Page, ada: Visitor) -> None:
    """It stands already; so it is when a page sends again what had come through."""
    page.add(DOUBTFUL)
    page.correct(id_of(1), "9", by="Ben")
    assert 200 == ada.say(id_of(1), "9", seen=0).status_code
    assert [] == page.said


def test_ones_own_word_is_no_conflict(page: Page, ada: Visitor) -> None:
    """Whoever said it has seen it."""
    page.add(DOUBTFUL)
    ada.say(id_of(1), "9")
    assert 200 == ada.say(id_of(1), "8", seen=0).status_code


def test_undo_goes_back_word_by_word(page: Page, ada: Visitor) -> None:
    """What held before holds again: an earlier word, another person's, or the reader's."""
    page.add(*[DOUBTFUL] * 3)
    page.correct(id_of(3), "5", by="Ben")
    seen = page.ledger.last_correction()
    for picture, label in ((1, "7"), (1, "8"), (2, NOT_A_DIGIT), (3, "6")):
        assert 200 == ada.say(id_of(picture), label, seen).status_code

    def labels() -> list[str | None]:
        return [page.ledger.label_of(id_) for id_ in ids(1, 2, 3)]

    stages = [labels()]
    for _ in range(4):
        assert 200 == ada.undo().status_code
        stages.append(labels())
    assert [
        ["8", NOT_A_DIGIT, "6"], ["8", NOT_A_DIGIT, "5"], ["8", None, "5"], ["7", None, "5"], [None, None, "5"],
    ] == stages  # fmt: skip
    assert ("nothing", None) == (ada.undo().json()["error"], ada.undo().json()["row"])
    assert ids(1, 2) == ada.next()


def test_undo_never_takes_another_persons_word_back(page: Page, ada: Visitor, ben: Visitor) -> None:
    """Who has spoken since is told; the next undo goes on with the word before."""
    page.add(*[DOUBTFUL] * 2)
    ada.say(id_of(1), "7")
    ada.say(id_of(2), "7")
    ben.say(id_of(2), "5", seen=page.ledger.last_correction())
    answer = ada.undo()
    assert (409, "Ben") == (answer.status_code, answer.json()["last"]["by"])
    assert "5" == page.ledger.label_of(id_of(2))
    assert id_of(1) == ada.undo().json()["row"]["id"]


def test_undo_of_one_picture_leaves_the_others(page: Page, ada: Visitor) -> None:
    """As on a result's own page."""
    page.add(*[DOUBTFUL] * 2)
    ada.say(id_of(1), "7")
    ada.say(id_of(2), "7")
    assert id_of(1) == ada.undo(id_of(1)).json()["row"]["id"]
    assert "7" == page.ledger.label_of(id_of(2))


def test_a_daemon_that_pauses_has_the_word_all_the_same(page: Page, ada: Visitor, ben: Visitor) -> None:
    """It is told that it is not written yet; nobody else gets the picture, or may say something else blindly."""
    page.add(*[DOUBTFUL] * 2)
    page.pauses = True
    assert {"written": False} == {"written": ada.say(id_of(1), "7").json()["written"]}
    assert ids(2) == ben.next()
    assert 409 == ben.say(id_of(1), "3").status_code
    assert [(id_of(1), "7", "Ada")] == page.said


def test_nothing_is_said_without_a_name(page: Page) -> None:
    """It goes into the record."""
    page.add(DOUBTFUL)
    assert 400 == page.visitor("").say(id_of(1), "7").status_code
    assert [] == page.said


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\x00b", "a\u202eb", None, 7])
def test_a_name_is_one_short_line_of_print(page: Page, ada: Visitor, name: object) -> None:
    """Else it could pass for another one in the records."""
    assert 400 == ada.post("/api/name", {"name": name}).status_code


@pytest.mark.parametrize(
    "change",
    [
        {"id": "../../etc/passwd"}, {"id": ""}, {"id": None}, {"id": 7}, {"id": "0190000000007000800000000000001"},
        {"label": ""}, {"label": "10"}, {"label": "٣"}, {"label": None}, {"label": 7},
        {"seen": -1}, {"seen": "0"}, {"seen": True}, {"seen": None}, {"seen": 1 << 63},
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(page: Page, ada: Visitor, change: dict[str, object]) -> None:
    """Word by word."""
    page.add(DOUBTFUL)
    assert 400 == ada.post("/api/say", {"id": id_of(1), "label": "7", "seen": 0} | change).status_code
    assert [] == page.said


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"x"', b"[" * 10_000, b"\xff"])
def test_what_is_no_object_is_refused(ada: Visitor, body: bytes) -> None:
    """Whatever it is instead."""
    headers = {"Origin": "http://127.0.0.1:8321", "X-CSRF-Token": ada.csrf, "Content-Type": "application/json"}
    assert 400 == ada.request("POST", "/api/say", content=body, headers=headers).status_code


def test_a_picture_that_is_not_in_the_ledger_is_unknown(page: Page, ada: Visitor) -> None:
    """Nothing is left for the daemon."""
    assert 404 == ada.say(id_of(99), "7").status_code
    assert [] == page.said


def test_leases_end_by_themselves() -> None:
    """And are the holder's to renew."""
    now = [0.0]
    leases = Leases(lambda: now[0], 60)
    assert (True, True, False) == (leases.take("a", "x"), leases.take("a", "x"), leases.take("a", "y"))
    assert ["a"] == leases.keep_only(["a"], "x")
    assert [] == leases.keep_only([], "x")
    assert leases.take("a", "y")
    now[0] = 61.0
    assert leases.take("a", "x")
    leases.tidy()
    assert not leases.take("a", "y")
