"""What others may not: other sites, other users of the machine, scripts in the page, who is only to look."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.browser.conftest import Opened, Serve
from tests.browser.person import Person
from tests.browser.window import Window
from tests.browser.words import assert_spoken, spoken
from tests.end_to_end.place import Place

_STRANGER = """<!doctype html><title>stranger</title><h1>Another site</h1>
<form method=post action="{ours}/api/say" enctype="text/plain" target=frame>
<input name='{{"id": "{id}", "label": "9", "seen": 0, "x": "' value='"}}'></form><iframe name=frame></iframe>
<a href="{address}">in</a>"""


class Stranger(BaseHTTPRequestHandler):
    """Another site: one page."""

    page = b""

    def do_GET(self) -> None:
        """Its page, whatever is asked for."""
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(self.page)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def stranger() -> Iterator[str]:
    """Where another site is served: of another port, by another name."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Stranger) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()


def test_the_printed_address_lets_in_and_is_not_shown(waiting: list[str], anna: Person) -> None:
    """The token leaves the address; the cookie is kept from scripts and from other sites."""
    anna.sees(waiting[0])
    assert anna.page.url == f"{anna.window.origin}/"
    (cookie,) = anna.window.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    assert anna.page.evaluate("document.cookie") == ""


@pytest.mark.parametrize("path", ["/", "/results", "/api/live", "/enter?token=guessed", "/enter"])
def test_without_the_address_nobody_is_let_in(path: str, place: Place, window: Window, serve: Serve) -> None:
    """And is told what to do."""
    place.once()
    served = serve()
    with window.expecting("answered 401", "console error.*401"):
        window.open(served.origin + path)
        window.page.wait_for_timeout(200)  # Chromium asks for an icon, too
    assert "digit" not in window.page.locator("dl").all_inner_texts()
    if not path.startswith("/api"):
        assert "digit-watcher review" in window.page.locator("main").inner_text()


def test_another_site_changes_nothing(place: Place, waiting: list[str], anna: Person, stranger: str) -> None:
    """Its forms and scripts are sent by the same browser, and refused; it reads nothing either."""
    ours, id_ = anna.window.origin, place.rows()[0]["id"]
    anna.sees(waiting[0])
    Stranger.page = _STRANGER.format(ours=ours, id=id_, address=ours).encode()
    page = anna.window.context.new_page()
    page.goto(stranger)
    tried = """async ([ours, id]) => {
        const body = JSON.stringify({id, label: "9", seen: 0});
        for (const [mode, type] of [["no-cors", "text/plain"], ["cors", "application/json"]]) {
            const sent = {method: "POST", mode, credentials: "include", body, headers: {"Content-Type": type}};
            await fetch(ours + "/api/say", sent).catch(() => null);
        }
        return await fetch(ours + "/results", {credentials: "include"}).then((it) => it.text(), () => "refused");
    }"""
    assert page.evaluate(tried, [ours, id_]) == "refused"
    page.evaluate("document.forms[0].submit()")
    page.wait_for_timeout(300)
    assert spoken(place) == []
    anna.presses("4")
    assert_spoken(place, [(waiting[0], "4", "Anna")])


def test_another_site_may_lead_here(waiting: list[str], window: Window, serve: Serve, stranger: str) -> None:
    """The printed address opens the page also where it is clicked in a mail or a chat."""
    served = serve()
    Stranger.page = _STRANGER.format(ours=served.origin, id="", address=served.address).encode()
    window.origin = stranger
    window.page.goto(stranger)
    window.origin = served.origin
    window.page.click("a")
    anna = Person.__new__(Person)
    anna.window, anna.page, anna.name = window, window.page, "Anna"
    anna.introduce()
    anna.sees(waiting[0])


def test_a_script_in_the_page_does_not_run(waiting: list[str], anna: Person) -> None:
    """Neither one that was written into it nor what a link or an attribute brings."""
    anna.sees(waiting[0])
    with anna.window.expecting("console error.*Content Security Policy", maybe="404"):
        anna.page.evaluate("""() => {
            const script = document.createElement("script");
            script.textContent = "document.title = 'taken'";
            document.body.append(script);
            const image = document.createElement("div");
            image.innerHTML = "<img src=/nothing onerror=\\"document.title = 'taken'\\">";
            document.body.append(image);
            const link = document.createElement("a");
            link.href = "javascript:document.title = 'taken'";
            document.body.append(link);
            link.click();
        }""")
        anna.page.wait_for_timeout(300)
    assert "taken" not in anna.page.title()


def test_no_page_may_show_it_in_a_frame(waiting: list[str], anna: Person, stranger: str) -> None:
    """Nobody is made to press a key over what they do not see."""
    anna.sees(waiting[0])
    page = anna.window.context.new_page()
    Stranger.page = f"<iframe src='{anna.window.origin}/'></iframe>".encode()
    page.goto(stranger)
    frame = page.frames[1]
    assert anna.window.origin not in frame.url or frame.locator("#main").count() == 0


def test_who_is_only_to_look_can_change_nothing(place: Place, waiting: list[str], window: Window, serve: Serve) -> None:
    """--read-only: no buttons, keys without a meaning, no name asked for; and the server refuses by itself."""
    served = serve("--read-only")
    anna = Person(window, served, name="")
    anna.sees(waiting[0])
    assert not anna.the("#pad").count()
    assert not anna.the("#who").count()
    anna.presses("4", "n", "u", "Enter")
    anna.presses("ArrowRight")
    anna.sees(waiting[1])
    id_ = place.rows()[0]["id"]
    with window.expecting("answered 403", "console error.*403"):
        answered = window.page.evaluate(
            """async (id) => {
                const csrf = document.querySelector("meta[name=csrf]").content;
                const headers = {"Content-Type": "application/json", "X-CSRF-Token": csrf};
                const body = JSON.stringify({id, label: "4", seen: 0});
                return (await fetch("/api/say", {method: "POST", headers, body})).status;
            }""",
            id_,
        )
    assert answered == 403
    window.open(f"{served.origin}/results/{id_}")
    anna.presses("4")
    assert_spoken(place, [])


def test_a_password_stands_in_the_place_of_the_token(
    place: Place, waiting: list[str], opened: Opened, serve: Serve
) -> None:
    """Asked for on a page; a wrong one is told of, and many of them are slowed down."""
    file = place.root / "password"
    file.write_text("correct horse battery\n", encoding="utf-8")
    served = serve("--password-file", str(file))
    assert "token" not in served.address
    window = opened()
    window.open(served.address)
    window.page.wait_for_url("**/login")
    for tried, answer in (("wrong horse", 401), *[("again", 401)] * 4, ("correct horse battery", 429)):
        with window.expecting(f"answered {answer}", f"console error.*{answer}"):
            window.page.fill("#password", tried)
            with window.page.expect_navigation():
                window.page.keyboard.press("Enter")
    assert "try again in" in window.page.locator(".problem").inner_text()
    window.page.wait_for_timeout(1100)
    window.page.fill("#password", "correct horse battery")
    window.page.keyboard.press("Enter")
    anna = Person.__new__(Person)
    anna.window, anna.page, anna.name = window, window.page, "Anna"
    anna.introduce()
    anna.sees(waiting[0])


def test_it_is_not_served_to_others_without_a_password(place: Place) -> None:
    """A bind beyond the loopback is refused, with what to do."""
    place.once()
    done = place.command("review", "--host", "0.0.0.0", "--port", "0")
    assert done.returncode == 2
    assert "password" in done.stderr


def test_no_word_of_a_request_becomes_a_path(waiting: list[str], anna: Person) -> None:
    """Whatever stands where an id belongs finds nothing."""
    ask = anna.window.context.request
    for path in ("..%2f..%2fconfig.yaml", "%2e%2e/%2e%2e/etc/passwd", "0' OR 1=1 --", "%00", "a" * 5000):
        for way in ("/pictures/{}/picture.png", "/results/{}", "/api/row/{}", "/static/{}"):
            answer = ask.get(anna.window.origin + way.format(path))
            assert answer.status in (400, 404), (path, way, answer.status)
            assert "digit_watcher" not in answer.text()
    sent = ask.post(f"{anna.window.origin}/api/say", data=json.dumps({"id": "x"}), headers={"Content-Type": "a/b"})
    assert sent.status in (403, 415)
