"""A person at the queue: who they are, what they see, what they press."""

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from tests.browser.served import Served
from tests.browser.window import SECONDS, Window
from tests.end_to_end.process import wait_for

if TYPE_CHECKING:
    from playwright.sync_api import Locator


class Person:
    """Somebody in a window of their own."""

    def __init__(self, window: Window, served: Served, name: str = "Anna") -> None:
        """Come in by the printed address, and say who one is where one is asked. name: "" does not say it."""
        self.window, self.page, self.name = window, window.page, name
        window.enter(served)
        if name:
            self.introduce()

    def introduce(self) -> None:
        """Say who one is."""
        self.page.locator("#who[open]").wait_for()
        self.page.fill("#who-name", self.name)
        self.page.keyboard.press("Enter")
        self.page.locator("#who").wait_for(state="hidden")

    def the(self, selector: str) -> "Locator":
        """An element of the page."""
        return self.page.locator(selector)

    @property
    def file(self) -> str:
        """The name of the file that is shown; "" where none is."""
        return self.the("#file").inner_text() if self.the("#row").is_visible() else ""

    def sees(self, file: str) -> None:
        """Wait until that file is shown, and its picture."""
        wait_for(lambda: self.file == file, f"{file} on the page, not {self.file!r}", SECONDS)
        wait_for(self.sees_a_picture, f"the picture of {file}", SECONDS)

    def sees_a_picture(self) -> bool:
        """Whether the large picture is there, whole."""
        return bool(self.the("#picture").evaluate("it => it.complete && it.naturalWidth > 0 && !it.hidden"))

    def presses(self, *keys: str) -> None:
        """One key after the other, as fast as they come."""
        for key in keys:
            self.page.keyboard.press(key)

    def answers(self, key: str) -> str:
        """Press a key that settles what is shown, and wait until it is gone; gives the file that was shown."""
        wait_for(lambda: self.file, "a row", SECONDS)
        file = self.file
        self.presses(key)
        wait_for(lambda: self.file != file, f"something else than {file} after {key}", SECONDS)
        return file

    def hears(self, words: str) -> None:
        """Wait until a screen reader is told this."""
        with suppress(AssertionError):
            wait_for(lambda: words in self.the("#said").inner_text(), words, SECONDS)
        assert words in self.the("#said").inner_text()

    def count(self, what: str) -> str:
        """One of the live counts: open, today, results, state."""
        return self.the(f"[data-count={what}]").inner_text()

    def finds_nothing_left(self) -> None:
        """Wait until the queue says that it is empty."""
        self.the("#empty").wait_for()
        self.the("#row").wait_for(state="hidden")


def asked_of(people: Sequence[Person]) -> list[str]:
    """The files that lie before them now."""
    return [person.file for person in people]
