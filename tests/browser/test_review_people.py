"""Several people at one queue."""

from tests.browser.conftest import Opened, Serve, drop_doubtful
from tests.browser.person import Person
from tests.browser.words import Word, assert_spoken, spoken
from tests.end_to_end.place import Place
from tests.end_to_end.process import wait_for

SHARED = 12  # pictures for two


def test_two_people_never_have_the_same_row(place: Place, opened: Opened, serve: Serve) -> None:
    """They share the queue: each picture lies before one of them, and is settled once."""
    place.start()
    files = drop_doubtful(place, SHARED)
    served = serve()
    anna, ben = (Person(opened(), served, name) for name in ("Anna", "Ben"))
    done = []
    for turn in range(SHARED):
        person, other = (anna, ben) if turn % 2 else (ben, anna)
        if not wait_for(lambda person=person: person.file or person.the("#empty").is_visible(), "a row, or an end"):
            continue
        if not person.file:
            continue
        assert person.file != other.file
        label = str(turn % 10)
        done.append(Word(person.answers(label), label, person.name))
    for person in (anna, ben):
        while person.file:
            done.append(Word(person.answers("5"), "5", person.name))
    wait_for(lambda: len(spoken(place)) >= SHARED, "all rows settled")
    assert sorted(file for file, *_ in done) == files
    assert {word.by for word in done} == {"Anna", "Ben"}
    assert_spoken(place, done)


def test_who_says_something_else_is_told_first(place: Place, waiting: list[str], opened: Opened, serve: Serve) -> None:
    """Ben has looked at a result when Anna corrects it: his word is not taken before he has seen hers."""
    served = serve()
    anna, ben = (Person(opened(), served, name) for name in ("Anna", "Ben"))
    id_ = next(row["id"] for row in place.rows() if row["file"] == waiting[0])
    for person in (anna, ben):
        person.window.open(f"{served.origin}/results/{id_}")
    anna.presses("3")
    wait_for(lambda: spoken(place) == [(waiting[0], "3", "Anna")], "Anna's word")
    with ben.window.expecting("answered 409", "console error.*409"):
        ben.presses("4")
        ben.the("#troubles :text('Anna')").first.wait_for()
    assert spoken(place) == [(waiting[0], "3", "Anna")]
    ben.presses("i")
    assert_spoken(place, [(waiting[0], "3", "Anna"), (waiting[0], "4", "Ben")])


def test_who_keeps_theirs_changes_nothing(place: Place, waiting: list[str], opened: Opened, serve: Serve) -> None:
    """k ends the conflict, and the other one's word stands."""
    served = serve()
    anna, ben = (Person(opened(), served, name) for name in ("Anna", "Ben"))
    id_ = next(row["id"] for row in place.rows() if row["file"] == waiting[0])
    for person in (anna, ben):
        person.window.open(f"{served.origin}/results/{id_}")
    anna.presses("n")
    wait_for(lambda: spoken(place), "Anna's word")
    with ben.window.expecting("answered 409", "console error.*409"):
        ben.presses("4")
        ben.the("#troubles :text('Anna')").first.wait_for()
    ben.presses("k")
    wait_for(lambda: not ben.the("#troubles").inner_text(), "no conflict any more")
    assert_spoken(place, [(waiting[0], "not_a_digit", "Anna")])


def test_a_tab_that_is_closed_gives_its_pictures_back(
    place: Place, waiting: list[str], opened: Opened, serve: Serve
) -> None:
    """What lay before somebody who went away comes before another one, once the time that it was lent for is over."""
    served = serve()
    anna = Person(opened(), served)
    anna.sees(waiting[0])
    anna.page.close()
    ben = Person(opened(), served, "Ben")
    wait_for(lambda: ben.file == waiting[0], "Anna's picture, before Ben", seconds=90)


def test_a_name_is_asked_for_once(place: Place, waiting: list[str], anna: Person) -> None:
    """It is kept when the page is loaded again, and may be changed."""
    anna.sees(waiting[0])
    anna.page.reload()
    anna.sees(waiting[0])
    assert not anna.the("#who").is_visible()
    anna.the("#who-am-i").click()
    anna.name = "Anna Ł. <b>"
    anna.introduce()
    anna.answers("2")
    assert_spoken(place, [(waiting[0], "2", "Anna Ł. <b>")])
