"""watcher.report: figures and page of a ledger."""

import base64
import json
import re
from collections.abc import Callable
from hashlib import sha256
from html import unescape
from pathlib import Path
from typing import Any, Self

import pytest
from fakes import BLANK, PNG, SEVEN, Desk, id_of

from watcher.config import Config
from watcher.corrections.labels import NOT_A_DIGIT, Said
from watcher.errors import SurroundingsError, UsageError
from watcher.recognition.verdict import Reason, Status
from watcher.report import cards, report
from watcher.report.figures import CONFIDENCES
from watcher.report.report import refuse_others, report_command, report_of_run
from watcher.viewing.viewer import View

SEEN = b"\x89PNG of 28x28"
NAME = "<script>alert(1)</script>&\"'.png".replace("/", "|")


class Played:
    """A viewer without a child: shows the bytes it is given."""

    def __init__(self, *_: object, **__: object) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def view(self, data: bytes) -> View:
        """As if it had been opened."""
        return View(data, SEEN)


@pytest.fixture(autouse=True)
def played(monkeypatch: pytest.MonkeyPatch) -> None:
    """No process is started here."""
    monkeypatch.setattr(report, "Viewer", Played)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(inbox=tmp_path / "inbox", outbox=tmp_path / "outbox", state=tmp_path / "state")


Wanted = Callable[..., Any]


@pytest.fixture
def figures(config: Config, capfdbinary: pytest.CaptureFixture[bytes]) -> Wanted:
    """What the report says as JSON."""

    def wanted(since: str | None = None, until: str | None = None) -> Any:
        report_command(config, Path("-"), since=since, until=until, pictures=60, plain=True, overwrite=False)
        return json.loads(capfdbinary.readouterr().out)

    return wanted


@pytest.fixture
def page(config: Config, tmp_path: Path) -> Wanted:
    """The report as HTML."""

    def wanted(since: str | None = None, until: str | None = None, pictures: int = 60) -> str:
        out = tmp_path / "report.html"
        report_command(config, out, since=since, until=until, pictures=pictures, plain=False, overwrite=False)
        return out.read_text(encoding="utf-8")

    return wanted


def text_of(page: str) -> str:
    """What is read on it."""
    body = page.partition("<body>")[2]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())


def test_every_row_is_counted_under_each_head(many: Desk, figures: Wanted) -> None:
    """All sums are the number of rows."""
    found = figures()
    assert 8 == found["rows"]
    assert {"ok": 4, "review": 4, "unreadable": 0} == found["statuses"]
    assert {"low_confidence": 4} == found["reasons"]
    assert {"old-1": 4, "new-2": 4} == found["models"]
    assert {"ok": 4, "review": 4, "unreadable": 0} == found["digits"]["7"]
    assert 4 == found["open_reviews"]
    assert [8, 8, 8] == [
        sum(one[status] for one in found[name] for status in ("ok", "review", "unreadable"))
        for name in ("over_time", "confidences")
    ] + [sum(sum(rows.values()) for rows in found["digits"].values())]


def test_confidences_stand_in_the_bar_that_begins_with_them(many: Desk, figures: Wanted) -> None:
    """0.99 in the bar from 0.99, 0.5 in that from 0.5."""
    found = {one["from"]: one["ok"] + one["review"] for one in figures()["confidences"]}
    assert dict.fromkeys(CONFIDENCES, 0) | {0.5: 4, 0.99: 4} == found


def test_a_period_counts_its_rows_alone(many: Desk, figures: Wanted) -> None:
    """From since, before until; days without rows are there, and are empty."""
    found = figures("2026-03-02", "2026-03-05")
    assert (3, {"ok": 1, "review": 2, "unreadable": 0}) == (found["rows"], found["statuses"])
    assert ("2026-03-02T00:00:00.000Z", "2026-03-05T00:00:00.000Z") == (found["since"], found["until"])
    assert ("hour", 73) == (found["unit"], len(found["over_time"]))
    assert 2 == found["open_reviews"]


def test_latency_is_from_the_claim_to_the_row(desk: Desk, figures: Wanted) -> None:
    """Of half the rows, and of 99 of 100; a clock that was set back makes it none."""
    for number in range(100):
        desk.drop(f"{number}.png", PNG)
    desk.turns(2)
    db = desk.ledger._db
    db.execute("UPDATE records SET arrived_at = '2026-03-01T12:00:10.000Z', processed_at = '2026-03-01T12:00:10.250Z'")
    db.execute("UPDATE records SET processed_at = '2026-03-01T12:01:10.000Z' WHERE seq > 98")
    db.execute("UPDATE records SET processed_at = '2026-03-01T12:00:00.000Z' WHERE seq = 1")
    assert {"median": 0.25, "p99": 60.0} == figures()["latency_seconds"]


def test_what_people_say_is_counted(many: Desk, figures: Wanted, page: Wanted) -> None:
    """Confirmed, corrected, no digit; who has spoken waits no more."""
    ids = many.ids()
    said = [(ids[1], "7"), (ids[3], "1"), (ids[0], NOT_A_DIGIT)]
    many.ledger.correct([Said(id_of(100 + n), id_, label, "Ann", "now") for n, (id_, label) in enumerate(said)])
    found = figures()
    assert {"confirmed": 1, "corrected": 1, "not_a_digit": 1} == found["people"]
    assert [("7", "1", 1), ("7", "not_a_digit", 1)] == [tuple(one.values()) for one in found["corrections"]]
    assert 2 == found["open_reviews"]
    text = text_of(page())
    assert "1 reading was confirmed, 1 corrected, and 1 picture called no digit" in text
    assert "People say: no digit" in text


def test_a_picture_that_was_read_again_counts_once(many: Desk, figures: Wanted) -> None:
    """By its later row."""
    many.ledger._db.execute("UPDATE records SET state = 'requeued' WHERE seq = 8")
    found = figures()
    assert (7, 1) == (found["rows"], found["read_again"])


def test_what_needs_a_person_stands_first(many: Desk, page: Wanted) -> None:
    """With the picture, what the network saw, all scores, what was said and why; then the figures, then the others."""
    found = page()
    waiting, _, rest = found.partition('id="figures"')
    assert ['id="w1"', 'id="w2"', 'id="w3"', 'id="w4"'] == re.findall(r'id="w\d"', waiting)
    assert 4 == waiting.count(base64.b64encode(SEEN).decode()) == rest.count(base64.b64encode(SEEN).decode())
    assert 4 == waiting.count(base64.b64encode(PNG).decode())
    assert 40 == len(re.findall(r'<th scope="row">\d</th>', waiting))
    assert 4 == text_of(waiting).count("Read as 7 , 50.0% sure") == waiting.count("low confidence")


def test_hostile_names_are_shown_and_not_obeyed(desk: Desk, page: Wanted) -> None:
    """Neither as HTML, nor in an attribute, nor by turning the writing round."""
    desk.verdict = SEVEN._replace(status=Status.REVIEW, reason=Reason.LOW_CONFIDENCE, detail="<b>bold</b>")
    desk.drop(NAME, PNG)
    desk.drop("\u202egnp.png", PNG)
    desk.turns(2)
    found = page()
    assert "<script" not in found
    assert "<b>" not in found
    assert NAME in text_of(found)
    assert r"\xe2\x80\xaegnp.png" in text_of(found)
    assert "\u202e" not in found


def test_the_page_asks_nobody_for_anything(many: Desk, page: Wanted) -> None:
    """No address but data:, no script; and a policy that would forbid it: by the hash of its own style alone."""
    found = page()
    code = re.sub(r'"data:image/png;base64,[A-Za-z0-9+/=]+"', '""', found)
    assert [] == re.findall(r"https?:|//\w|url\(|@import|<link|<script|<iframe|\bon\w+=|\bstyle=", code)
    assert {"data:image"} == {address[:10] for address in re.findall(r'\bsrc="([^"]*)', found)}
    assert all(address.startswith("#") for address in re.findall(r'\bhref="([^"]*)', found))
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', found)
    (style,) = re.findall(r"<style>(.*?)</style>", found, re.DOTALL)
    digest = base64.b64encode(sha256(style.encode()).digest()).decode()
    assert ["default-src 'none'", " img-src data:", f" style-src 'sha256-{digest}'"] == unescape(policy).split(";")[:3]


def test_a_limit_of_pictures_holds_and_is_said(many: Desk, page: Wanted) -> None:
    """Half of them may be rows that wait; the page says that there are more."""
    found = page(pictures=2)
    assert 4 == found.count("<img")
    assert "4 pictures wait for a person" in text_of(found)
    assert "The newest 1 of them are here" in text_of(found)
    assert "The newest 1 of 4 that wait for nobody" in text_of(found)
    assert 0 == page(pictures=0).count("<img")


def test_a_page_that_goes_by_mail_stays_small(many: Desk, page: Wanted, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures are left out, the last ones first, and it says how many."""
    monkeypatch.setattr(cards, "MOST_EMBEDDED", 3 * (len(PNG) + len(SEEN)) * 4 // 3 + 300)
    found = page()
    assert 3 == found.count('class="seen"')
    assert "5 more pictures would have made this page too large" in text_of(found)


@pytest.mark.parametrize("since", [None, "2026-03-01"])
def test_an_empty_ledger_gives_a_good_page(desk: Desk, page: Wanted, figures: Wanted, since: str | None) -> None:
    """Whether a period was asked for or not."""
    text = text_of(page(since))
    assert "No picture waits for anybody" in text
    assert "There is nothing to count" in text
    assert (0, None) == (figures(since)["rows"], figures(since)["latency_seconds"])


def test_a_period_in_the_future_gives_a_good_page(many: Desk, page: Wanted) -> None:
    """Nothing can have been read then."""
    assert "There are no rows in this period" in text_of(page("2099-01-01"))


def test_pictures_that_retention_deleted_are_said(many: Desk, page: Wanted, tmp_path: Path) -> None:
    """The rows are shown, with what became of their pictures."""
    for picture in (tmp_path / "outbox" / "archive").rglob("*.png"):
        picture.unlink()
    many.ledger._db.execute("UPDATE records SET state = 'expired' WHERE seq <= 2")
    text = text_of(page())
    assert 2 == text.count("No picture: the picture was deleted by retention")
    assert "the picture is not at its place any more" in text
    assert "3 pictures wait" in text


def test_an_unreadable_picture_is_shown_with_its_reason(desk: Desk, page: Wanted) -> None:
    """No digit, no confidence."""
    desk.verdict = BLANK
    desk.drop("blank.png", PNG)
    desk.turns(2)
    assert "unreadable: blank" in text_of(page())


def test_a_report_is_written_over_a_report_and_over_nothing_else(many: Desk, config: Config, tmp_path: Path) -> None:
    """Every night the same name will do; a file of somebody else's stays."""

    def write(name: str, overwrite: bool = False) -> None:
        report_command(
            config, tmp_path / name, since=None, until=None, pictures=1, plain=False, overwrite=overwrite
        )  # fmt: skip

    write("report.html")
    write("report.html")
    (tmp_path / "mine.html").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match=r"mine\.html exists"):
        write("mine.html")
    with pytest.raises(UsageError, match="is no report"):
        refuse_others(config, tmp_path / "mine.html")
    assert "mine" == (tmp_path / "mine.html").read_text(encoding="utf-8")
    write("mine.html", overwrite=True)
    with pytest.raises(UsageError, match="only the daemon writes"):
        write("outbox/results.csv")
    assert [] == list(tmp_path.glob(".digit-watcher-*"))


def test_the_page_of_a_run_has_its_rows_alone(many: Desk, config: Config, tmp_path: Path) -> None:
    """The last ones; in a folder of the daemon's nobody else may read it."""
    report_of_run(config, 3, tmp_path / "run.html")
    found = (tmp_path / "run.html").read_text(encoding="utf-8")
    assert "3 pictures" in found.partition("</title>")[0]
    assert "One run" in text_of(found)
    assert 0 == (tmp_path / "run.html").stat().st_mode & 0o007


def test_times_that_make_no_sense_are_refused(many: Desk, page: Wanted) -> None:
    """A period must have a length."""
    with pytest.raises(UsageError, match="is not behind"):
        page("2026-03-02", "2026-03-01")
    with pytest.raises(UsageError, match="is no time"):
        page("yesterday")


def test_without_a_ledger_there_is_no_report(config: Config, tmp_path: Path) -> None:
    """It says where there is none."""
    with pytest.raises(SurroundingsError, match="there is no ledger"):
        report_command(
            config, tmp_path / "r.html", since=None, until=None, pictures=1, plain=False, overwrite=False
        )  # fmt: skip


def test_a_ledger_that_is_damaged_is_said(many: Desk, page: Wanted) -> None:
    """With what to do."""
    many.ledger._db.execute("UPDATE records SET status = 'nonsense' WHERE seq = 8")
    with pytest.raises(SurroundingsError, match="damaged"):
        page()
