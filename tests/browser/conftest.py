"""What the browser tests start from: a Chromium for all, windows and a review page for each."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.chromium import launched, why_missing
from tests.browser.window import Window

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Opened = Callable[..., Window]


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
def opened(browser: "Browser") -> Iterator[Opened]:
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
