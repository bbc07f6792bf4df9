"""Names and pictures that mean harm, pictures that are broken or gone: shown as they are, and harmless."""

import os
from pathlib import Path

import pytest

from tests.browser.conftest import Serve
from tests.browser.person import Person
from tests.browser.pictures import doubtful
from tests.browser.window import Window
from tests.browser.words import assert_spoken
from tests.end_to_end.pictures import bomb_png
from tests.end_to_end.place import Place
from tests.end_to_end.process import wait_for
from watcher.rows import readable_name, safe_cell

HOSTILE = {
    "markup": b'<img src=x onerror="document.title=1">.png',
    "closing": b"'\"><svg onload=alert(1)>.png",
    "template": b"{{ 7*7 }}${7*7}.png",
    "turned": "‮gnp.7‬ \u200b.png".encode(),
    "newline": b"a\nb\tc.png",
    "no text": b"\xff\xfe\x80.png",
    "long": b"x" * 251 + b".png",
    "formula": b"=1+2;-3.png",
    "address": b"a%2f..%2f..%2fetc%2fpasswd?a=b&c#d.png",
}


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_name_is_only_shown(name: bytes, place: Place, window: Window, serve: Serve) -> None:
    """In the queue, among the results and in its history: as text, one line, all of it; it can be answered."""
    place.start()
    place.drop(name, doubtful(1))
    row = wait_for(lambda: next(iter(place.rows()), None), "its row")
    shown = readable_name(name)
    anna = Person(window, serve())
    anna.sees(shown)
    anna.presses("4")
    anna.finds_nothing_left()
    assert_spoken(place, [(safe_cell(shown), "4", "Anna")])
    for path in ("/results", f"/results/{row['id']}"):
        window.open(window.origin + path)
        assert shown in [*window.texts("#list .name"), *window.texts("h1")]
        assert not window.page.evaluate("document.querySelectorAll('[onerror], svg[onload], img[src=x]').length")
        assert window.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def damage(place: Place, row: dict[str, str], how: str) -> None:
    """What befalls a picture in the archive."""
    path = place.outbox / row["archived_to"]
    if how == "gone":
        path.unlink()
    elif how == "cut off":
        path.write_bytes(path.read_bytes()[:60])
    elif how == "a bomb":
        path.write_bytes(bomb_png(30_000, 30_000))
    elif how == "a link":
        path.unlink()
        path.symlink_to("/etc/passwd")
    elif how == "a pipe":
        path.unlink()
        os.mkfifo(path)
    elif how == "markup":
        path.write_bytes(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>")


@pytest.mark.parametrize("how", ["gone", "cut off", "a bomb", "a link", "a pipe", "markup"])
def test_a_picture_that_cannot_be_shown_says_why(
    how: str, place: Place, waiting: list[str], window: Window, serve: Serve
) -> None:
    """A sentence stands in its place; it can be answered, and the next picture is shown."""
    row = place.wait_for_row(waiting[0])
    damage(place, row, how)
    anna = Person(window, serve())
    anna.the("#picture-why").wait_for()
    assert anna.file == waiting[0]
    assert len(anna.the("#picture-why").inner_text()) > len("there is none")
    assert not anna.the("#picture").is_visible()
    anna.presses("n")
    anna.sees(waiting[1])
    anna.presses("2")
    assert_spoken(place, [(waiting[0], "not_a_digit", "Anna"), (waiting[1], "2", "Anna")])
    window.open(f"{window.origin}/results/{row['id']}")
    anna.the("#picture-why").wait_for()
    window.open(f"{window.origin}/results")
    assert len(window.texts("#list tbody tr")) == len(waiting)


def test_a_picture_is_made_anew_before_a_browser_sees_it(place: Place, window: Window, serve: Serve) -> None:
    """What a picture file carries besides its pixels stays here."""
    secret = b"<script>alert('from a comment')</script>"
    place.start()
    place.drop("7.png", doubtful(3) + secret)
    row = place.wait_for_row("7.png")
    anna = Person(window, serve())
    anna.sees("7.png")
    for kind in ("picture", "seen", "small"):
        answer = window.context.request.get(f"{window.origin}/pictures/{row['id']}/{kind}.png")
        assert (answer.status, answer.headers["content-type"]) == (200, "image/png")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.body().startswith(b"\x89PNG")
        assert secret not in answer.body()
    assert secret in Path(place.outbox / row["archived_to"]).read_bytes()
