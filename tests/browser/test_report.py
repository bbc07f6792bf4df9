"""The report in a real browser: as it comes by mail, from a file, on a screen, a phone and paper."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Opened
from tests.browser.pictures import pair
from tests.browser.window import Window
from tests.end_to_end.pictures import encoded, png
from tests.end_to_end.place import Place

HOSTILE = "<img src=x onerror=alert(1)>.png"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a page with all kinds of rows: good, doubtful, broken, with a hostile and a long name."""
    place = Place(tmp_path_factory.mktemp("report") / "place")
    for number in range(10):
        place.drop(f"{number}.png", png(number))
    place.drop(HOSTILE, encoded(pair(4, 9)))
    place.drop("n" * 200 + ".png", encoded(pair(3, 5)))
    place.drop("broken.png", b"\x89PNG\r\n\x1a\n and nothing more")
    done = place.command("run", "--once", "--report", "report.html")
    assert done.returncode == 0, done.stderr
    return (place.root / "report.html").as_uri()


def show(window: Window, address: str) -> None:
    """Open a file; whatever it asks the network for is wrong."""
    window.origin = "file://"
    window.page.goto(address)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("phone", [False, True], ids=["screen", "phone"])
def test_everybody_can_use_it(opened: Opened, report: str, phone: bool, dark: bool) -> None:
    """axe finds nothing: contrast, landmarks, headings, tables, texts for pictures; also with the table open."""
    window = opened(phone=phone, dark=dark, bypass_csp=True)  # for axe's own script
    show(window, report)
    window.page.locator("summary").click()
    assert [] == [(found["id"], found["nodes"][0]["html"]) for found in Axe().run(window.page).response["violations"]]


def test_it_needs_nothing_and_nobody(opened: Opened, report: str) -> None:
    """No request beside the page itself, no script, no complaint about its own policy; every picture is there."""
    window = opened()
    asked: list[str] = []
    window.page.on("request", lambda request: asked.append(request.url))
    show(window, report)
    assert [report] == [address for address in asked if not address.startswith("data:")]
    broken = window.page.evaluate("[...document.images].filter(one => !one.complete || !one.naturalWidth).length")
    assert (24, 0) == (window.page.locator("img").count(), broken)
    assert HOSTILE in window.texts("h3")


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_is_cut_off(opened: Opened, report: str, width: int) -> None:
    """No width needs scrolling sideways; and whoever reads in large letters has what a narrow window has."""
    window = opened(viewport={"width": width, "height": 800})
    show(window, report)
    window.page.locator("summary").click()
    assert width == window.page.evaluate("document.documentElement.scrollWidth")


def test_the_keyboard_goes_through_it(opened: Opened, report: str) -> None:
    """First past the head, then the links, then the table; where it is can be seen."""
    window = opened()
    show(window, report)
    reached = []
    for _ in range(5):
        window.page.keyboard.press("Tab")
        reached.append(window.page.evaluate("document.activeElement.innerText.trim()"))
        assert "3px" == window.page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert ["To the report", "Needs a person (2)", "Figures", "Latest pictures", "As a table"] == reached


def test_it_prints(opened: Opened, report: str, tmp_path: Path) -> None:
    """On white, black, whatever the screen is like; without what only a screen is good for."""
    window = opened(dark=True)
    show(window, report)
    window.page.emulate_media(media="print")
    shown = "getComputedStyle(document.querySelector('{}')).{}"
    assert "rgb(0, 0, 0)" == window.page.evaluate(shown.format("body", "color"))
    assert ["none", "none"] == [window.page.evaluate(shown.format(one, "display")) for one in ("nav", "details")]
    assert "avoid" == window.page.evaluate(shown.format("article", "breakInside"))
    assert window.page.pdf(format="A4").startswith(b"%PDF")
