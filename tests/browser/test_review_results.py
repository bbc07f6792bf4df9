"""Looking through all results: search, filters, pages, history; the address says it all."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from tests.browser.chromium import why_missing
from tests.browser.conftest import Opened
from tests.browser.person import Person
from tests.browser.pictures import doubtful
from tests.browser.served import Served
from tests.browser.window import Window
from tests.browser.words import assert_spoken, spoken
from tests.end_to_end.pictures import digit, encoded, png
from tests.end_to_end.place import Place
from tests.end_to_end.process import wait_for

MANY = 5_000
DOUBTFUL = 200  # of them
PAGE = 50  # rows


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Place, Served]]:
    """A place that has read thousands of pictures, and its review page; tests leave no correction behind."""
    if missing := why_missing():
        pytest.skip(missing)
    place = Place(tmp_path_factory.mktemp("full") / "place")
    sure, blank = [encoded(digit(number)) for number in range(10)], encoded(digit(0, ink=255))
    hard = [doubtful(number, 28) for number in range(90)]
    place.configure(archive={"time_zone": "Europe/Berlin"})
    for number in range(MANY):
        every = MANY // DOUBTFUL
        data = hard[number // every % 90] if number % every == 0 else blank if number == 77 else sure[number % 10]
        (place.inbox / f"scan-{number:05d}.png").write_bytes(data)
    place.once()
    served = Served(place.root)
    yield place, served
    served.close()


@pytest.fixture
def looking(full: tuple[Place, Served], opened: Opened) -> Window:
    """A window that was let in."""
    window = opened()
    window.enter(full[1])
    window.open(f"{full[1].origin}/results")
    return window


def listed(window: Window) -> list[str]:
    """The names on this page of results."""
    return window.texts("#list tbody .name")


def look_for(window: Window, **filters: str) -> list[str]:
    """What these filters find, as a person fills them in; the first page of it."""
    window.open(f"{window.origin}/results")
    for name, value in filters.items():
        field = window.page.locator(f"#filters [name={name}]")
        if field.evaluate("it => it.tagName") == "SELECT":
            with window.page.expect_navigation():
                field.select_option(value)
        else:
            field.fill(value)
    with window.page.expect_navigation():
        window.page.locator("#filters button").first.click()
    for name, value in filters.items():
        assert urlencode({name: value}) in window.page.url
    return listed(window)


def test_pages_have_every_row_once(full: tuple[Place, Served], looking: Window) -> None:
    """From the newest to the oldest, no gap and none twice."""
    names, pages = listed(looking), 1
    while (link := looking.page.locator("#further a[rel=next]")).count():
        with looking.page.expect_navigation(wait_until="domcontentloaded"):
            link.click()
        names += listed(looking)
        pages += 1
    assert pages == MANY // PAGE
    assert names == [row["file"] for row in sorted(full[0].rows(), key=lambda row: row["id"], reverse=True)]


def test_search_and_filters_find_what_they_say(full: tuple[Place, Served], looking: Window) -> None:
    """Each alone, and several together, against results.csv."""
    rows = full[0].rows()

    def wanted(**cells: str) -> set[str]:
        return {row["file"] for row in rows if all(row[name] == value for name, value in cells.items())}

    assert set(look_for(looking, name="SCAN-0123")) == {f"scan-0123{number}.png" for number in range(10)}
    assert look_for(looking, name=rows[5]["id"]) == [rows[5]["file"]]
    assert set(look_for(looking, status="unreadable")) == wanted(status="unreadable")
    assert len(look_for(looking, status="review")) == PAGE
    assert set(look_for(looking, reason="blank")) == wanted(reason="blank")
    sevens = wanted(prediction="7")
    assert set(look_for(looking, digit="7")) <= sevens
    assert set(look_for(looking, digit="7", name="-0100")) == {name for name in sevens if "-0100" in name}
    assert look_for(looking, corrected="yes") == []
    assert "Nothing fits" in looking.page.locator("#further").inner_text()
    assert look_for(looking, until="2020-01-01") == []
    assert len(look_for(looking, since="1h")) == PAGE
    low = look_for(looking, most="50")
    assert set(low) == {row["file"] for row in rows if row["confidence"] and float(row["confidence"]) <= 0.5}
    assert look_for(looking, name="100%_\\") == []


def test_what_makes_no_sense_is_said(looking: Window) -> None:
    """Which field, and what it should be; what was typed stays."""
    for filters in ({"since": "someday"}, {"least": "much"}, {"before": "x"}, {"status": "good"}):
        with looking.expecting("answered 400", "console error.*400"):
            looking.open(f"{looking.origin}/results?{urlencode(filters)}")
        said = looking.page.locator(".problem").inner_text()
        (value,) = filters.values()
        assert value in said, said


def test_the_place_is_kept(full: tuple[Place, Served], looking: Window) -> None:
    """Loaded again, gone back to, or opened by another one: the same rows."""
    look_for(looking, status="review")
    with looking.page.expect_navigation():
        looking.page.locator("#further a[rel=next]").click()
    before, address = listed(looking), looking.page.url
    looking.page.reload()
    assert listed(looking) == before
    looking.page.locator("#list a").first.click()
    looking.page.wait_for_url("**/results/*")
    looking.page.go_back()
    looking.page.wait_for_url(address)
    assert listed(looking) == before


def test_a_history_says_who_and_when(full: tuple[Place, Served], looking: Window) -> None:
    """Arrived, read, corrected twice, taken back; and search finds what a person said instead of what was read."""
    place, served = full
    row = next(row for row in place.rows() if row["status"] == "ok" and row["prediction"] == "3")
    anna = Person(looking, served)
    looking.open(f"{looking.origin}/results/{row['id']}")
    for number, label in enumerate("85", 1):
        anna.presses(label)
        wait_for(lambda number=number: len(spoken(place)) == number, "the word")
        wait_for(lambda label=label: looking.texts(".now") == [label], "the page says so")
    history = looking.page.locator("#history").inner_text()
    assert row["arrived_at"] in history
    assert "Anna: 3 → 8" in history
    assert "Anna: 8 → 5" in history
    assert look_for(looking, digit="5", name=row["file"]) == [row["file"]]
    assert look_for(looking, digit="3", name=row["file"]) == []
    assert look_for(looking, corrected="yes") == [row["file"]]
    looking.page.locator("#list a").first.click()
    looking.page.wait_for_url(f"**/results/{row['id']}")
    for label in ("8", "3"):
        anna.presses("u")
        wait_for(lambda label=label: looking.texts(".now") == [label], f"{label} again")
    assert [word.label for word in spoken(place)] == ["8", "5", "8", ""]
    assert look_for(looking, corrected="yes") == []


def test_new_results_are_told_of(place: Place, waiting: list[str], anna: Person) -> None:
    """The list stands still while one reads it, and says how many have come."""
    anna.window.open(f"{anna.window.origin}/results")
    wait_for(lambda: anna.count("results") == "5", "counts")
    place.drop("new.png", png(4))
    anna.the("#fresh:visible").wait_for()
    assert listed(anna.window) == waiting[::-1]
    with anna.page.expect_navigation():
        anna.the("#fresh a").click()
    assert listed(anna.window) == ["new.png", *waiting[::-1]]
    assert_spoken(place, [])
