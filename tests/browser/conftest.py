"""What the browser tests start from: a Chromium for all, windows and a review page for each."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.chromium import launched, why_missing
from tests.browser.person import Person
from tests.browser.pictures import doubtful
from tests.browser.served import Served
from tests.browser.window import Window
from tests.end_to_end.place import Place

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Opened = Callable[..., Window]
Serve = Callable[..., Served]


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """One Chromium for all tests; skips where there is none, and says what is missing."""
    if missing := why_missing(web=False):
        pytest.skip(missing)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = launched(playwright)
        yield browser
        browser.close()


@pytest.fixture
def serving() -> Iterator[list[Served]]:
    """The servers of a test; they must not have met a bug when it ends. They end behind the windows."""
    running: list[Served] = []
    yield running
    for one in running:
        one.close()


@pytest.fixture
def opened(browser: "Browser", serving: list[Served]) -> Iterator[Opened]:
    """Opens windows, as `Window`; nothing must have gone wrong in any of them when the test ends."""
    windows: list[Window] = []

    def open_one(**options: Any) -> Window:
        windows.append(Window(browser, **options))
        return windows[-1]

    yield open_one
    for window in windows:
        window.close()


@pytest.fixture
def window(opened: Opened) -> Window:
    """One window, as wide as a screen."""
    return opened()


@pytest.fixture
def serve(browser: "Browser", place: Place, serving: list[Served]) -> Serve:
    """Starts the review page of the place, as `Served`."""
    if missing := why_missing():
        pytest.skip(missing)

    def start(*options: str, **more: int) -> Served:
        serving.append(Served(place.root, *options, **more))
        return serving[-1]

    return start


@pytest.fixture
def waiting(place: Place) -> list[str]:
    """Five pictures that need review, read by a daemon that runs on; their names, in the order of the queue."""
    place.start()
    return drop_doubtful(place, 5)


def drop_doubtful(place: Place, count: int, first: int = 0) -> list[str]:
    """Drop so many that need review, one after the other's row; their names."""
    names = [f"{number:04d}.png" for number in range(first, first + count)]
    for number, name in enumerate(names, first):
        place.drop(name, doubtful(number))
        place.wait_for_row(name)
    return names


@pytest.fixture
def anna(window: Window, waiting: list[str], serve: Serve) -> Person:
    """Anna at the queue, with the five before her."""
    return Person(window, serve())
