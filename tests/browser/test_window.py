"""The harness itself: what goes wrong in a page without being seen does not pass."""

from pathlib import Path

import pytest

from tests.browser.chromium import PHONE
from tests.browser.conftest import Opened
from tests.browser.window import Window

ELSEWHERE = "http://127.0.0.1:9/x.png"  # nobody answers there


def page_of(body: str) -> str:
    """An address that holds the page."""
    return f"data:text/html,<!doctype html><meta charset=utf-8><title>t</title>{body}"


def test_a_page_is_shown_and_its_scripts_run(window: Window) -> None:
    """What a key does is seen."""
    window.open(page_of("<p id=p>nothing<script>onkeydown = event => p.textContent = event.key</script>"))
    window.page.keyboard.press("7")
    assert window.texts("#p") == ["7"]


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ("<script>console.error('lost')</script>", ["console error: lost"]),
        ("<script>null.length</script>", ["script: .*null"]),
        (
            f"<img src={ELSEWHERE}>",
            [f"elsewhere: GET {ELSEWHERE}", f"failed: GET {ELSEWHERE}", "console error"],
        ),
    ],
)
def test_what_goes_wrong_unseen_is_kept(body: str, wrong: list[str], window: Window) -> None:
    """Errors of the console and of scripts, requests that fail or go elsewhere."""
    with window.expecting(*wrong):
        window.open(page_of(body))


def test_what_is_expected_to_go_wrong_must(window: Window) -> None:
    """A test that says so in vain fails."""
    with pytest.raises(AssertionError, match="lost"), window.expecting("lost"):
        window.open(page_of("all is well"))


def test_a_phone_is_narrow_and_touched(opened: Opened, tmp_path: Path) -> None:
    """As wide as a phone, with a finger, dark where it is dark."""
    window = opened(phone=True, dark=True)
    window.open(page_of("<meta name=viewport content='width=device-width'><button ontouchstart='document.title=1'>b"))
    window.page.tap("button")
    assert window.page.title() == "1"
    found = window.page.evaluate("[innerWidth, matchMedia('(prefers-color-scheme: dark)').matches]")
    assert found == [PHONE["width"], True]
    assert window.picture(tmp_path / "a" / "page.png").stat().st_size > 0
