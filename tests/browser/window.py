"""A browser window of one person, and all that went wrong in it unseen."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.browser.chromium import PHONE, WIDE
from tests.browser.served import Served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Request, Response

SECONDS = 20.0  # after which what is waited for does not come any more


class Window:
    """A page in a context of its own: own cookies, own size. Not to be closed before `wrong` was looked at."""

    def __init__(self, browser: "Browser", *, phone: bool = False, dark: bool = False, **options: Any) -> None:
        """options: of playwright's `new_context`."""
        shown = {"viewport": PHONE, "has_touch": True, "is_mobile": True} if phone else {"viewport": WIDE}
        chosen = shown | {"color_scheme": "dark" if dark else "light"} | options
        self.context = browser.new_context(**chosen)
        self.context.set_default_timeout(SECONDS * 1000)
        self.page = self.context.new_page()
        self.origin = ""  # of the page; all else is foreign
        self._wrong: list[str] = []
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self._wrong.append(f"script: {error}"))
        self.page.on("request", self._asked)
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._answered)

    def open(self, address: str) -> None:
        """Go there; what the page then asks of others is wrong."""
        parts = urlsplit(address)
        self.origin = f"{parts.scheme}://{parts.netloc}" if parts.netloc else self.origin
        self.page.goto(address)

    def enter(self, served: Served) -> None:
        """Open the address that a server printed, and wait until it has let one in."""
        self.open(served.address)
        self.page.wait_for_url(lambda address: "enter" not in address)

    @property
    def wrong(self) -> list[str]:
        """Errors in the console and in scripts, requests that failed, were refused or went elsewhere, so far."""
        return list(self._wrong)

    @contextmanager
    def expecting(self, *patterns: str, maybe: str = "^$") -> Iterator[None]:
        """In the block something goes wrong, and must: each pattern is found in it, and nothing else but maybe."""
        before = self._wrong
        self._wrong = found = []
        yield
        self._wrong = before
        for pattern in patterns:
            assert any(re.search(pattern, one) for one in found), (pattern, found)
        self._wrong += [one for one in found if not any(re.search(pattern, one) for pattern in (*patterns, maybe))]

    def texts(self, selector: str) -> list[str]:
        """What all elements of a kind say, as they are seen."""
        return [text.strip() for text in self.page.locator(selector).all_inner_texts()]

    def picture(self, path: Path, **options: Any) -> Path:
        """A screenshot; options: playwright's."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=path, **options)
        return path

    def close(self) -> None:
        """Fails where anything went wrong in it."""
        self.context.close()
        assert not self._wrong, "\n".join(self._wrong)

    def _said(self, message: "ConsoleMessage") -> None:
        if message.type in ("error", "warning"):
            self._wrong.append(f"console {message.type}: {message.text}")

    def _asked(self, request: "Request") -> None:
        if not request.url.startswith(("data:", "blob:")) and not request.url.startswith(self.origin + "/"):
            self._wrong.append(f"elsewhere: {request.method} {request.url}")

    def _failed(self, request: "Request") -> None:
        # What a page still waited for when it was left is no loss.
        if request.failure != "net::ERR_ABORTED":
            self._wrong.append(f"failed: {request.method} {request.url}: {request.failure}")

    def _answered(self, response: "Response") -> None:
        if response.status >= 400:
            self._wrong.append(f"answered {response.status}: {response.request.method} {response.url}")
