"""What the review page shows: results, their history, counts, pictures; and names that try to be something else."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urljoin

import pytest
from fakes import BLANK, SEVEN, claim, id_of, record
from visitor import DOUBTFUL, Page, Visitor

from watcher.errors import SurroundingsError
from watcher.review.pictures import AGAIN_SECONDS, Pictures
from watcher.viewing.viewer import View

STATIC = Path(str(files("watcher.review"))) / "static"
HOSTILE = ['<script>alert(1)</script>.png', '"><img src=x onerror=alert(1)>.png', "'-alert(1)-'.png", "{{7*7}}.png",
           "javascript:alert(1).png", "&lt;b&gt;.png", "=cmd|'/c calc'!A1.png"]  # fmt: skip


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    made = Page(tmp_path)
    yield made
    made.close()


@pytest.fixture
def ada(page: Page) -> Visitor:
    return page.visitor()


class Seen(HTMLParser):
    """Elements, attributes and text of a page as a browser would have them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements, self.attributes, self.text = list[str](), set[str](), ""
        self.values = dict[str, list[str]]()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes |= {name for name, _ in attrs}
        for name, value in attrs:
            self.values.setdefault(name, []).append(value or "")

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_never_more_than_text(page: Page, ada: Visitor, name: str) -> None:
    """In the list, on its own page, in the title, in the search field, behind every link."""
    page.add(DOUBTFUL, names=[name.replace("/", "_")])
    name = name.replace("/", "_")
    page.add(DOUBTFUL, names=["plain.png"])
    plain = [Seen(ada.get(path).text) for path in ("/results?name=plain", f"/results/{id_of(2)}")]
    asked = [ada.get("/results", params={"name": name}), ada.get(f"/results/{id_of(1)}")]
    for found, like in zip((Seen(answer.text) for answer in asked), plain, strict=True):
        assert name in found.text
        assert (like.elements, like.attributes) == (found.elements, found.attributes)
        assert not [one for one in found.values["href"] if one.lower().startswith("javascript:")]


def test_a_name_that_is_no_text_is_shown_escaped(page: Page, ada: Visitor) -> None:
    """Bytes that are no UTF-8, line breaks, and writing that turns round."""
    page.add(DOUBTFUL, names=[b"\xff\n" + "\u202egnp.exe".encode()])
    assert "\\xff\\x0a\\xe2\\x80\\xaegnp.exe" in Seen(ada.get("/results").text).text
    assert "\\xff\\x0a\\xe2\\x80\\xaegnp.exe" == ada.get(f"/api/row/{id_of(1)}").json()["file"]


def test_pages_hold_no_script_and_no_style_of_their_own(page: Page, ada: Visitor) -> None:
    """What the policy forbids, nothing relies on."""
    page.add(DOUBTFUL, SEVEN, BLANK)
    for path in ("/", "/results", f"/results/{id_of(1)}", f"/results/{id_of(3)}", "/nowhere"):
        seen = Seen(ada.get(path).text)
        assert "style" not in seen.attributes
        assert [] == [name for name in seen.attributes if name.startswith("on")]
        assert "style" not in seen.elements
        assert seen.elements.count("script") == len([src for src in seen.values["src"] if src.endswith("/review.js")])


def test_the_script_is_served_in_modules(ada: Visitor) -> None:
    """Each one that lies there; the page names them all, so that none is first found behind another."""
    there = {path.name for path in STATIC.glob("*.js")}
    scripts = ada.scripts()
    assert sorted(there) == sorted(path.rpartition("/")[2] for path in scripts)
    for path in scripts:
        answer = ada.get(path)
        assert (200, "text/javascript; charset=utf-8") == (answer.status_code, answer.headers["content-type"])
        imported = [urljoin(path, name) for name in re.findall(r'^import .* from "(.+)";$', answer.text, re.MULTILINE)]
        assert set(imported) <= set(scripts)


def test_modules_of_another_version_are_not_mixed_with_these(ada: Visitor) -> None:
    """Browsers keep a module for good: another one has another address, and what it imports has, too."""
    first = ada.scripts()[0]
    folder, _, name = first.rpartition("/")
    assert [200, 404, 404] == [
        ada.get(path).status_code for path in (first, f"/static/{name}", f"{folder[:-1]}x/{name}")
    ]
    assert "immutable" in ada.get(first).headers["cache-control"]


def test_a_result_has_its_history(page: Page, ada: Visitor) -> None:
    """Arrived, read by which model, who said what from what to what, where it lies."""
    page.add(DOUBTFUL)
    page.correct(id_of(1), "9", by="Ben")
    page.correct(id_of(1), "", by="Eve")
    text = " ".join(Seen(ada.get(f"/results/{id_of(1)}").text).text.split())
    for words in ("arrived as 1.png", "read as 4 with 60.0% by net", "Ben: 4 → 9", "Eve: took it back",
                  "lies in the archive: archive/2026-03-01/1.png"):  # fmt: skip
        assert words in text


def test_what_was_read_again_leads_back_and_forth(page: Page, ada: Visitor) -> None:
    """Old and new result name each other, also while the new one is in work."""
    page.add(DOUBTFUL, SEVEN)
    page.ledger._db.execute("UPDATE records SET state = 'requeued' WHERE seq = 1")
    page.ledger.intend([claim(3, requeued_from=id_of(1))])
    assert f"/results/{id_of(3)}" in Seen(ada.get(f"/results/{id_of(1)}").text).values["href"]
    page.ledger._db.execute("DELETE FROM claims")
    page.ledger._db.execute("UPDATE records SET requeued_from = ? WHERE seq = 2", (id_of(1),))
    assert f"/results/{id_of(2)}" in Seen(ada.get(f"/results/{id_of(1)}").text).values["href"]
    assert f"/results/{id_of(1)}" in Seen(ada.get(f"/results/{id_of(2)}").text).values["href"]


@pytest.mark.parametrize("id_", ["..%2f..%2fetc%2fpasswd", "x", id_of(9), "%00", "01900000"])
def test_another_id_is_no_result(page: Page, ada: Visitor, id_: str) -> None:
    """A friendly page, and no picture: an id is looked up in the ledger, and is never a path."""
    page.add(DOUBTFUL)
    assert [404] * 4 == [
        ada.get(path).status_code
        for path in (f"/results/{id_}", f"/pictures/{id_}/picture.png", f"/api/view/{id_}", f"/api/row/{id_}")
    ]
    assert [] == page.looked


@pytest.mark.parametrize("name", ["review.py", "..%2fpages.py", "%2e%2e/pages.py", "/etc/passwd", "nothing.svg%00.js"])
def test_other_files_are_not_served(ada: Visitor, name: str) -> None:
    """There are a few, by name, in memory."""
    assert 404 == ada.get(f"/static/{name}").status_code


def test_pictures_come_from_the_viewer_alone(page: Page, ada: Visitor) -> None:
    """Large, small and as the network saw it; looked at once."""
    page.add(DOUBTFUL)
    found = [ada.get(f"/pictures/{id_of(1)}/{kind}.png") for kind in ("picture", "seen", "picture", "small")]
    assert [b"\x89PNG large", b"\x89PNG seen", b"\x89PNG large", b"\x89PNG large"] == [one.content for one in found]
    assert {"image/png"} == {one.headers["content-type"] for one in found}
    assert 2 == len(page.looked)
    assert 404 == ada.get(f"/pictures/{id_of(1)}/raw.png").status_code


def test_a_picture_that_cannot_be_shown_says_why(page: Page, ada: Visitor) -> None:
    """A sign in its place, and a sentence beside it."""
    page.add(DOUBTFUL)
    page.views[id_of(1)] = View(b"", b"", "cut off after 12 bytes")
    answer = ada.get(f"/pictures/{id_of(1)}/picture.png")
    assert ("image/svg+xml", "no-store") == (answer.headers["content-type"], answer.headers["cache-control"])
    assert "cut off after 12 bytes" == ada.get(f"/api/view/{id_of(1)}").json()["why"]


def test_pictures_are_kept_up_to_a_limit() -> None:
    """The ones that nobody looked at for longest go; one that failed is tried again after a while."""
    looked, now, views = list[int](), [0.0], {3: View(why="not there")}

    def look(one: object) -> View:
        looked.append(one.seq)  # type: ignore[attr-defined]
        return views.get(one.seq, View(b"x" * 1000))  # type: ignore[attr-defined]

    pictures = Pictures(look, lambda: now[0], most_bytes=4500)
    for number in (1, 2, 1, 3, 3, 1, 4, 2):
        pictures.of(record(number))
    assert [1, 2, 3, 4, 2] == looked
    pictures.of(record(3))
    now[0] = AGAIN_SECONDS + 1
    pictures.of(record(3))
    assert [3, 3] == looked[5:]


def test_counts_move_with_the_ledger(page: Page, ada: Visitor) -> None:
    """What is open, what people said today, all results, and what the daemon does."""
    page.add(DOUBTFUL, DOUBTFUL, SEVEN)
    first = ada.get("/api/live").json()
    assert (2, 0, 3, "running", "") == tuple(first[name] for name in ("open", "today", "results", "state", "trouble"))
    page.correct(id_of(1), "8")
    page.correct(id_of(1), "9")
    page.correct(id_of(3), "9")
    page.correct(id_of(3), "")
    assert first == ada.get("/api/live").json()
    page.seconds += 1
    now = ada.get("/api/live").json()
    assert (1, 1, 3) == (now["open"], now["today"], now["results"])


def test_a_day_begins_at_midnight_of_its_zone(tmp_path: Path) -> None:
    """What was said before that was said yesterday."""
    from zoneinfo import ZoneInfo

    page = Page(tmp_path, zone=ZoneInfo("Pacific/Auckland"))  # 13 hours ahead of UTC: it is one in the night there
    page.add(DOUBTFUL)
    page.correct(id_of(1), "9")
    assert 1 == page.visitor().get("/api/live").json()["today"]
    page.ledger._db.execute("UPDATE corrections SET made_at = '2026-03-01T10:59:59.999Z'")
    page.seconds += 1
    assert 0 == page.visitor().get("/api/live").json()["today"]
    page.close()


def test_a_daemon_of_which_nothing_is_known_is_told(tmp_path: Path) -> None:
    """The counts go on."""

    def fails() -> dict[str, object]:
        raise SurroundingsError("cannot read status.json", hint="Ask.")

    page = Page(tmp_path, status=fails)
    assert ("unknown", "cannot read status.json") == tuple(
        page.visitor().get("/api/live").json()[word] for word in ("state", "trouble")
    )
    page.close()


def test_a_ledger_that_is_gone_is_told(page: Page, ada: Visitor) -> None:
    """With what to do; and it goes on when it is back."""
    path = page.workplace.given.ledger
    kept = SimpleNamespace(path=path.rename(path.with_name("kept")))
    answer = ada.get("/results")
    assert (503, True) == (answer.status_code, "ledger" in answer.text)
    kept.path.rename(path)
    assert 200 == ada.get("/results").status_code


def test_a_wrong_question_is_answered_kindly(ada: Visitor) -> None:
    """What was typed stays in its field."""
    answer = ada.get("/results", params={"since": "soon", "name": "7"})
    assert 400 == answer.status_code
    assert "is no time" in Seen(answer.text).text
    assert {"soon", "7"} <= set(Seen(answer.text).values["value"])
