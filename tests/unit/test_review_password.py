"""The review page behind a password."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from visitor import HERE, Page, Visitor

from watcher.review.entrance import Tries

PASSWORD = "correct horse é"
FORM = {"Origin": HERE, "Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    made = Page(tmp_path, password=PASSWORD)
    yield made
    made.close()


def login(visitor: Visitor, password: str = PASSWORD, **headers: str | None) -> int:
    given = FORM | {name.replace("_", "-"): value for name, value in headers.items()}
    sent = {name: value for name, value in given.items() if value is not None}
    return int(visitor.request("POST", "/login", data={"password": password}, headers=sent).status_code)


def test_the_password_lets_in(page: Page) -> None:
    """Whoever comes without is led to the form; a script is told."""
    visitor = Visitor(page, enter=False)
    answer = visitor.get("/results?name=7")
    assert (303, "/login") == (answer.status_code, answer.headers["location"])
    assert 401 == visitor.get("/api/live").status_code
    assert 'type="password"' in visitor.get("/login").text
    assert 303 == login(visitor)
    assert 200 == visitor.get("/").status_code


@pytest.mark.parametrize("wrong", ["", "correct horse e", PASSWORD + " ", "x" * 1000])
def test_another_password_does_not(page: Page, wrong: str) -> None:
    """And says so."""
    visitor = Visitor(page, enter=False)
    assert 401 == login(visitor, wrong)
    assert 401 == visitor.get("/api/live").status_code


def test_with_a_password_no_token_opens_anything(page: Page) -> None:
    """Not the empty one either."""
    assert "" == page.workplace.entrance.token
    visitor = Visitor(page, enter=False)
    visitor.get("/enter?token=")
    assert 401 == visitor.get("/api/live").status_code


def test_without_a_password_there_is_no_form(tmp_path: Path) -> None:
    """And none is right, the empty one neither."""
    page = Page(tmp_path)
    visitor = Visitor(page, enter=False)
    assert 404 == visitor.get("/login").status_code
    assert 401 == login(visitor, "")
    page.close()


def test_another_sites_form_is_refused(page: Page) -> None:
    """Browsers say where it came from; of our own form they say `null`, because our pages tell no referrer."""
    assert 403 == login(Visitor(page, enter=False), Origin="http://evil.example")
    assert 403 == login(Visitor(page, enter=False), Sec_Fetch_Site="cross-site", Origin="null")
    assert 403 == login(Visitor(page, enter=False), Sec_Fetch_Site=None, Origin="null")
    assert 403 == login(Visitor(page, enter=False), Sec_Fetch_Site=None, Origin=None)
    assert 303 == login(Visitor(page, enter=False), Origin="null")


def test_guessing_is_slow(page: Page) -> None:
    """After some wrong ones the right one has to wait, too; each further one makes it longer."""
    visitor = Visitor(page, enter=False)
    assert [401] * 5 == [login(visitor, "wrong") for _ in range(5)]
    assert 429 == login(visitor)
    page.seconds += 1.1
    assert 401 == login(visitor, "wrong")
    page.seconds += 1.1
    assert 429 == login(visitor)
    page.seconds += 1.0
    assert 303 == login(visitor)
    assert 401 == login(visitor, "wrong")


def test_each_address_waits_for_itself() -> None:
    """IPv6 by the network of 64 bits: one customer has all of its addresses."""
    now = [0.0]
    tries = Tries(lambda: now[0])
    for _ in range(20):
        tries.failed("10.0.0.1")
        tries.failed("2001:db8::1")
    assert (300.0, 0.0) == (tries.wait("10.0.0.1"), tries.wait("10.0.0.2"))
    assert (300.0, 0.0) == (tries.wait("2001:db8::ffff"), tries.wait("2001:db8:0:1::1"))
