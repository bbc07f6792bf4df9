"""Who gets through to the review page: each rule has a request that only that rule turns away."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from visitor import DOUBTFUL, HERE, Page, Visitor

from watcher.review.protection import LARGEST_BODY, Hosts, is_loopback
from watcher.review.queue import Queue

PAGES = ["/", "/results", "/results/01900000-0000-7000-8000-000000000001", "/nowhere"]
DATA = ["/api/live", "/api/me", "/api/row/01900000-0000-7000-8000-000000000001",
        "/pictures/01900000-0000-7000-8000-000000000001/picture.png"]  # fmt: skip


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    made = Page(tmp_path)
    made.add(DOUBTFUL)
    yield made
    made.close()


@pytest.fixture
def ada(page: Page) -> Visitor:
    return page.visitor()


@pytest.mark.parametrize("path", [*PAGES, *DATA])
def test_nothing_is_served_without_a_session(page: Page, path: str) -> None:
    """Not even whether there is such a page; the answer says what to do."""
    answer = Visitor(page, enter=False).get(path)
    assert 401 == answer.status_code
    assert "4.png" not in answer.text
    assert path.startswith("/api/") or "digit-watcher review" in answer.text


def test_no_script_is_served_without_a_session(page: Page, ada: Visitor) -> None:
    """None of its modules."""
    stranger = Visitor(page, enter=False)
    assert {401} == {stranger.get(path).status_code for path in ada.scripts()}


@pytest.mark.parametrize("path", ["/static/review.css", "/static/icon.svg"])
def test_what_the_closed_door_itself_needs_is_open(page: Page, path: str) -> None:
    """Its looks, which are the same everywhere."""
    assert 200 == Visitor(page, enter=False).get(path).status_code


def test_the_token_becomes_a_cookie_and_leaves_the_address(page: Page) -> None:
    """The cookie is for this site and for no script; the answer leads to an address without the token, by itself: a
    redirect of a link in a mail would not carry the cookie.
    """
    visitor = Visitor(page, enter=False)
    answer = visitor.get("/enter", params={"token": page.workplace.entrance.token})
    assert (200, "0;url=/") == (answer.status_code, answer.headers["refresh"])
    cookie = answer.headers["set-cookie"].lower()
    assert {"httponly", "samesite=strict", "path=/"} <= {part.strip() for part in cookie.split(";")}
    assert page.workplace.entrance.token.lower() not in cookie
    assert 200 == visitor.get("/").status_code


def test_under_tls_the_cookie_never_goes_in_clear(tmp_path: Path) -> None:
    """Secure, where the page knows that it is reached by TLS."""
    page = Page(tmp_path, secure=True)
    answer = Visitor(page, enter=False).get("/enter", params={"token": page.workplace.entrance.token})
    assert "; secure" in answer.headers["set-cookie"].lower()
    page.close()


@pytest.mark.parametrize("token", ["", "x", "é\udcff".encode("utf-8", "surrogateescape").decode("latin-1")])
def test_another_token_opens_nothing(page: Page, token: str) -> None:
    """Whatever it is."""
    visitor = Visitor(page, enter=False)
    assert 401 == visitor.get("/enter", params={"token": token}).status_code
    assert 401 == visitor.get("/").status_code


def test_tokens_have_256_bits_and_are_new_each_time(tmp_path: Path) -> None:
    """43 letters of base 64."""
    tokens = set()
    for name in "ab":
        (tmp_path / name).mkdir()
        page = Page(tmp_path / name)
        tokens.add(page.workplace.entrance.token)
        page.close()
    assert [43, 43] == [len(token) for token in tokens]


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8321", "127.0.0.1.evil.example", "", "[::2]", "10.0.0.1"]
)
def test_another_host_is_not_served(ada: Visitor, host: str) -> None:
    """A name that its owner's DNS leads here (rebinding) is none of ours."""
    assert 400 == ada.get("/", headers={"Host": host}).status_code


@pytest.mark.parametrize("host", ["127.0.0.1:8321", "localhost:9000", "LOCALHOST", "[::1]:8321"])
def test_the_own_names_are_served_at_any_port(ada: Visitor, host: str) -> None:
    """A tunnel may have another one."""
    cookie = "; ".join(f"{name}={value}" for name, value in ada.client.cookies.items())
    assert 200 == ada.get("/", headers={"Host": host, "Cookie": cookie}).status_code


def test_a_server_for_others_is_called_by_numbers_and_by_names_it_was_told() -> None:
    """Numbers need no DNS."""
    hosts = Hosts.of("0.0.0.0", ["Digits.example"])
    asked = ["10.1.2.3:8321", "[fe80::1]:1", "digits.example:8321", "other.example"]
    assert [True, True, True, False] == [hosts.include(name) for name in asked]
    assert [True, True, True, False, False] == [
        is_loopback(host) for host in ("127.0.0.1", "localhost", "::1", "0.0.0.0", "digits.example")
    ]


CHANGE = {"id": "01900000-0000-7000-8000-000000000001", "label": "7", "seen": 0}


def test_a_change_that_keeps_all_rules_is_made(page: Page, ada: Visitor) -> None:
    """So that the refusals below are for their own reasons."""
    assert 200 == ada.post("/api/say", CHANGE).status_code
    assert 200 == ada.post("/api/say", CHANGE, Sec_Fetch_Site=None).status_code
    assert 1 == len(page.said)


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (403, {"Origin": "http://evil.example"}),
        (403, {"Origin": "https://127.0.0.1:8321"}),
        (403, {"Origin": "http://127.0.0.1:9999"}),
        (403, {"Origin": "null"}),
        (403, {"Origin": None}),
        (403, {"Sec_Fetch_Site": "cross-site"}),
        (403, {"Sec_Fetch_Site": "same-site"}),
        (403, {"Sec_Fetch_Site": "none"}),
        (403, {"X_CSRF_Token": "x"}),
        (403, {"X_CSRF_Token": ""}),
        (403, {"X_CSRF_Token": None}),
        (415, {"Content_Type": "text/plain"}),
        (415, {"Content_Type": "application/x-www-form-urlencoded"}),
        (415, {"Content_Type": None}),
    ],
)
def test_a_change_from_elsewhere_is_refused(page: Page, ada: Visitor, status: int, headers: dict[str, str]) -> None:
    """Another site's page, a form, a script of another session: none of them changes anything."""
    answer = ada.post("/api/say", CHANGE, **headers)
    assert status == answer.status_code
    assert answer.json()["message"]
    assert [] == page.said


def test_one_sessions_csrf_token_does_not_do_for_another(page: Page, ada: Visitor) -> None:
    """It is of one session."""
    ben = page.visitor("Ben")
    assert 403 == ben.post("/api/say", CHANGE, X_CSRF_Token=ada.csrf).status_code


@pytest.mark.parametrize("path", ["/api/say", "/api/undo", "/api/name", "/api/next", "/api/hold"])
def test_nothing_is_changed_by_a_get(ada: Visitor, path: str) -> None:
    """Which other sites can have a browser send."""
    assert 405 == ada.get(path).status_code


def test_other_methods_are_not_served(ada: Visitor) -> None:
    """There is nothing to put or to delete."""
    assert [405] * 3 == [ada.request(method, "/nowhere").status_code for method in ("PUT", "DELETE", "OPTIONS")]


async def pieces() -> AsyncIterator[bytes]:
    for _ in range(LARGEST_BODY // 1000 + 1):
        yield b" " * 1000


def test_a_body_has_a_limit_however_it_is_sent(page: Page, ada: Visitor) -> None:
    """With its length said, and in pieces."""
    large = CHANGE | {"more": "x" * LARGEST_BODY}
    assert 413 == ada.post("/api/say", large).status_code
    headers = {"Origin": HERE, "X-CSRF-Token": ada.csrf, "Content-Type": "application/json"}
    assert 413 == ada.request("POST", "/api/say", content=pieces(), headers=headers).status_code
    assert [] == page.said


@pytest.mark.parametrize("path", ["/", "/results", "/nowhere", "a script", "/api/live", "/api/row/x", *DATA[3:]])
@pytest.mark.parametrize("let_in", [True, False])
def test_every_answer_has_the_headers(page: Page, ada: Visitor, path: str, let_in: bool) -> None:
    """Also a refusal: no scripts but ours, no frames, no guessing of types, no referrer, nothing kept."""
    path = ada.scripts()[0] if path == "a script" else path
    headers = (ada if let_in else Visitor(page, enter=False)).get(path).headers
    policy = {part.strip() for part in headers["content-security-policy"].split(";")}
    assert {
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'",
        "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'",
    } == policy  # fmt: skip
    assert ("nosniff", "no-referrer", "same-origin", "same-origin") == (
        headers["x-content-type-options"], headers["referrer-policy"], headers["cross-origin-opener-policy"],
        headers["cross-origin-resource-policy"],
    )  # fmt: skip
    kept = "private, max-age=" if let_in and path.startswith(("/static", "/pictures")) else "no-store"
    assert headers["cache-control"].startswith(kept)
    assert "server" not in headers


def test_a_fault_of_the_page_is_an_answer_with_the_headers_too(
    page: Page, ada: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And tells nothing of its inside."""

    def fails(*_: object) -> None:
        raise RuntimeError("the inside")

    monkeypatch.setattr(Queue, "hold", fails)
    answer = ada.post("/api/hold", {"tab": ada.tab, "have": []})
    assert (500, "no-store") == (answer.status_code, answer.headers["cache-control"])
    assert "the inside" not in answer.text
    assert "fault of the page" in answer.json()["message"]
    assert "content-security-policy" in answer.headers


def test_sessions_end_when_nobody_is_there(page: Page, ada: Visitor) -> None:
    """Half a day; who goes on stays in."""
    for _ in range(3):
        page.seconds += 11 * 3600
        assert 200 == ada.get("/").status_code
    page.seconds += 13 * 3600
    assert 401 == ada.get("/").status_code


def test_there_are_only_so_many_sessions(page: Page, ada: Visitor) -> None:
    """Whoever has the address could make them without end; the one that was longest away goes."""
    for _ in range(500):
        page.workplace.sessions.begin()
    assert 401 == ada.get("/").status_code


@pytest.mark.parametrize(("path", "body"), [("/api/say", CHANGE), ("/api/undo", {}), ("/api/name", {"name": "Eve"})])
def test_read_only_takes_no_change_and_shows_no_buttons(tmp_path: Path, path: str, body: dict[str, object]) -> None:
    """Looking goes on."""
    page = Page(tmp_path, read_only=True)
    page.add(DOUBTFUL)
    visitor = page.visitor("")
    assert 403 == visitor.post(path, body).status_code
    assert [] == page.said
    assert ["01900000-0000-7000-8000-000000000001"] == visitor.next()
    assert [] == [shown for shown in ("/", "/results/" + CHANGE["id"]) if "data-label" in visitor.get(shown).text]  # type: ignore[operator]
    page.close()
