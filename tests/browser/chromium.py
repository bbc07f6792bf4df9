"""The Chromium that the pages are looked at with, and why there is none."""

import shutil
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
# Nothing that Chromium does for itself: no look-ups, no updates, no first page.
_FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDE = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}


def why_missing(*, web: bool = True) -> str:
    """Why pages cannot be looked at here; "" where they can. web: a server of ours is needed, too."""
    for package, what in (("playwright", "make test-browser"), ("axe_playwright_python", "make test-browser")):
        if find_spec(package) is None:
            return f"{package} is not installed: {what}"
    if web and (find_spec("starlette") is None or find_spec("uvicorn") is None):
        return "the extra [web] is not installed: make test-browser"
    if program() is None:
        return f"none of {', '.join(NAMES)} is installed: apt install chromium"
    return ""


def program() -> str | None:
    """The path of a Chromium, or None."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def launched(playwright: "Playwright") -> "Browser":
    """A Chromium without a window, with an empty profile of its own."""
    # Without its sandbox: root may not use it, and it shows pages of ours alone.
    return playwright.chromium.launch(executable_path=program(), args=_FLAGS, chromium_sandbox=False)
