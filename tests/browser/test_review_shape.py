"""How the page is seen, heard and reached: wide and narrow, light and dark, by touch, by keyboard alone."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Opened, Serve
from tests.browser.person import Person
from tests.browser.window import Window
from tests.browser.words import assert_spoken
from tests.end_to_end.place import Place
from tests.end_to_end.process import wait_for

NARROWEST = 320  # CSS pixels: WCAG 1.4.10
SHOWN = {"wide": {}, "phone": {"phone": True}, "dark": {"dark": True}, "dark phone": {"phone": True, "dark": True}}


def pages_of(place: Place) -> list[str]:
    """All that people come to."""
    id_ = place.rows()[0]["id"]
    return ["/", "/results", "/results?status=review&name=0", f"/results/{id_}", "/results?since=never", "/nothing"]


def visit(window: Window, path: str) -> None:
    """Go there, and wait until the page is filled."""
    with window.expecting(maybe="answered 40|console error.*40"):
        window.open(window.origin + path)
    if path == "/":
        window.page.locator("#row").wait_for()
    if "/nothing" not in path:
        wait_for(lambda: window.texts("[data-count=state]") not in ([], ["–"]), "counts")


@pytest.mark.parametrize("shown", SHOWN.values(), ids=SHOWN)
def test_axe_finds_nothing(
    shown: dict[str, Any], place: Place, waiting: list[str], opened: Opened, serve: Serve
) -> None:
    """On every page and dialog: names, roles, contrast, order, landmarks."""
    anna, found = Person(opened(**shown), serve()), []
    for path in pages_of(place):
        visit(anna.window, path)
        found += [(path, one) for one in violations(anna.window)]
    visit(anna.window, "/")
    for button, dialog in (("#show-help", "#help"), ("#who-am-i", "#who")):
        anna.the(button).click()
        anna.the(f"{dialog}[open]").wait_for()
        found += [(dialog, one) for one in violations(anna.window)]
        anna.presses("Escape")
    assert found == []


def violations(window: Window) -> list[str]:
    """What axe-core objects to, and where."""
    answer = Axe().run(window.page).response
    return [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in answer["violations"]]


@pytest.mark.parametrize("width", [NARROWEST, 390, 640])
def test_nothing_is_cut_off_or_scrolls_sideways(
    width: int, place: Place, waiting: list[str], opened: Opened, serve: Serve
) -> None:
    """Down to 320 pixels; 640 is a screen of 1,280 at 200 %."""
    anna = Person(opened(viewport={"width": width, "height": 700}), serve())
    for path in pages_of(place):
        visit(anna.window, path)
        assert anna.page.evaluate("document.documentElement.scrollWidth") <= width, path
    visit(anna.window, "/")
    for button in anna.the("#pad button").all():
        button.scroll_into_view_if_needed()
        assert button.is_visible()


def test_a_finger_does_what_keys_do(place: Place, waiting: list[str], opened: Opened, serve: Serve) -> None:
    """On a phone: digit, as read, no digit, undo, skip, back; targets are large enough, and always at hand."""
    window = opened(phone=True)
    anna = Person(window, serve())
    read = place.wait_for_row(waiting[1])["prediction"]
    taps = (
        ("#pad [data-label='7']", 1), ("#confirm", 2), ("#pad [data-label=not_a_digit]", 3), ("#undo", 2),
        ("#next", 3), ("#back", 2),
    )  # fmt: skip
    anna.sees(waiting[0])
    for button, then in taps:
        box = anna.the(button).bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44, (button, box)
        assert box["y"] + box["height"] <= 844, f"{button} is below the fold"
        anna.page.tap(button)
        anna.sees(waiting[then])
    labels = [(waiting[0], "7"), (waiting[1], read), (waiting[2], "not_a_digit"), (waiting[2], "")]
    assert_spoken(place, [(file, label, "Anna") for file, label in labels])


def test_light_and_dark_differ(waiting: list[str], opened: Opened, serve: Serve) -> None:
    """As the system says it; the ground is light, or dark, and letters the other."""
    served = serve()
    grounds = []
    for dark in (False, True):
        anna = Person(opened(dark=dark), served)
        colours = "it => [getComputedStyle(it).backgroundColor, getComputedStyle(it).color]"
        ground, letters = anna.the("html").evaluate(colours)
        grounds.append(ground)
        brightness = [sum(int(part) for part in colour[4:-1].split(",")[:3]) for colour in (ground, letters)]
        assert (brightness[0] < brightness[1]) == dark, (ground, letters)
    assert grounds[0] != grounds[1]


def test_everything_is_reached_by_the_keyboard(place: Place, waiting: list[str], anna: Person) -> None:
    """Tab goes through all links and buttons in their order, each shows that it has the focus, and Enter presses it."""
    anna.sees(waiting[0])
    anna.page.evaluate("document.activeElement.blur()")
    names, outlines = [], []
    for _ in range(40):
        anna.presses("Tab")
        name, outline = anna.page.evaluate(
            """() => {
                const it = document.activeElement, style = getComputedStyle(it);
                if (it === document.body) return ["", ""];
                return [it.id || it.dataset.label || it.innerText, `${style.outlineStyle} ${style.outlineWidth}`];
            }"""
        )
        if name in names or name == "":
            break
        names.append(name)
        outlines.append(outline)
    for wanted in (*"0123456789", "not_a_digit", "confirm", "undo", "next", "show-help", "open", "who-am-i"):
        assert wanted in names, (wanted, names)
    unseen = [name for name, line in zip(names, outlines, strict=True) if "none" in line or line.endswith(" 0px")]
    assert unseen == []
    anna.the("#pad [data-label='6']").focus()
    anna.presses("Enter")
    anna.sees(waiting[1])
    anna.the("#pad [data-label='5']").focus()
    anna.presses("Space")
    anna.sees(waiting[2])
    assert_spoken(place, [(waiting[0], "6", "Anna"), (waiting[1], "5", "Anna")])


def test_a_screen_reader_hears_what_was_done_and_what_is_shown(waiting: list[str], anna: Person) -> None:
    """Two live regions: what became of the last answer; and which picture is shown, and as what it was read."""
    anna.sees(waiting[0])
    regions = anna.the("[aria-live=polite]")
    wait_for(lambda: any(waiting[0] in text for text in regions.all_inner_texts()), "what is shown")
    anna.presses("4")
    anna.hears(f"{waiting[0]}: 4, saved")
    wait_for(lambda: any(waiting[1] in text for text in regions.all_inner_texts()), "what is shown next")
    anna.presses("u")
    anna.hears(f"{waiting[0]}: taken back")
    anna.presses("ArrowRight")
    anna.hears("skipped")
