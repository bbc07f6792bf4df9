"""Searching all results on the review page: every answer is what a look at each row would give."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes import BLANK, NOON, SEVEN
from visitor import DOUBTFUL

from watcher.corrections.labels import LABELS, Said
from watcher.errors import UsageError
from watcher.ids import first_id, time_of
from watcher.ledger import Ledger
from watcher.places import Places
from watcher.recognition.verdict import Reason, Status, Verdict
from watcher.records import Claim, Identity
from watcher.review import browsing as module
from watcher.review.browsing import Browsing, Page, Result
from watcher.review.filters import Filters, Range
from watcher.rows import readable_name

MANY = 400
NAMES = [b"scan.png", b"Scan 2.PNG", b"a/b/scan_3.png", b"100%.png", b"a\\b.png", "é.png".encode(), "É.PNG".encode(),
         b"\xff\xfe.png", b"a\nb.png", b"x_y.png", b"[1].png", b"'quoted'.png", "straße.png".encode()]  # fmt: skip


def verdict(chance: random.Random) -> Verdict:
    found = chance.choice([SEVEN, DOUBTFUL, BLANK])
    if found is BLANK:
        return chance.choice([BLANK, BLANK._replace(reason=Reason.CORRUPT)])
    return found._replace(prediction=str(chance.randrange(10)), confidence=chance.choice([0.5, 0.75, 0.9, 0.999999]))


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures of ten days, not in the order of their ids; people spoke of some, and took some of it back."""
    chance, folder = random.Random(7), tmp_path_factory.mktemp("browsing")
    ledger = Ledger(folder / "ledger.sqlite3")
    claims = []
    for number in range(MANY):
        at = NOON - timedelta(minutes=chance.randrange(14_400))
        id_ = f"{first_id(at)[:-12]}{number:012x}"
        stamp = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        claims.append(Claim(id_, chance.choice(NAMES), Identity(1, number, 3, 4), stamp))
    ledger.intend(claims)
    for model, some in (("old", claims[: MANY // 2]), ("new", claims[MANY // 2 :])):
        ledger.record([(claim, verdict(chance)) for claim in some], model, "now", Places(folder, UTC))
    ledger.finish([claim.id for claim in claims], [])
    spoken = chance.sample(claims, 60)
    said = [
        Said(first_id(NOON)[:-12] + f"{at:012x}", one.id, chance.choice(LABELS), "ada", "now")
        for at, one in enumerate(spoken)
    ]
    said += [Said(first_id(NOON)[:-12] + f"1{at:011x}", one.id, "", "ada", "now") for at, one in enumerate(spoken[:20])]
    ledger.correct(said)
    ledger.close()
    return folder / "ledger.sqlite3"


@pytest.fixture
def browsing(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Browsing]:
    monkeypatch.setattr(module, "_IDS_AT_ONCE", 17)
    made = Browsing(path)
    yield made
    made.close()


def all_of(browsing: Browsing) -> list[Result]:
    """Newest first, without any of the questions that are tried."""
    found = [Result(record, label) for record, label in browsing.labelled_after(0)]
    return sorted(found, key=lambda one: one.record.claim.id, reverse=True)


def stopped() -> float:
    return 0.0


def pages(browsing: Browsing, filters: Filters, rows: int = 50, clock: Callable[[], float] = stopped) -> Iterator[Page]:
    """One after the other, as a person goes on."""
    while True:
        page = browsing.page(filters, Range.of(filters, NOON, UTC), clock, rows=rows)
        yield page
        if not page.before:
            return
        filters = Filters.of({**vars(filters), "before": page.before})


def ids(results: list[Result]) -> list[str]:
    return [one.record.claim.id for one in results]


DAY = timedelta(days=1)
QUESTIONS: list[tuple[dict[str, str], Callable[[Result], bool]]] = [
    ({}, lambda _: True),
    ({"status": "review"}, lambda one: one.record.verdict.status is Status.REVIEW),
    ({"reason": "corrupt"}, lambda one: one.record.verdict.reason is Reason.CORRUPT),
    ({"digit": "4"}, lambda one: (one.label or one.record.verdict.prediction) == "4"),
    ({"digit": "not_a_digit"}, lambda one: one.label == "not_a_digit"),
    ({"corrected": "yes"}, lambda one: one.label is not None),
    ({"corrected": "no", "status": "ok"}, lambda one: one.label is None and one.record.verdict.status is Status.OK),
    ({"corrected": "yes", "digit": "4"}, lambda one: one.label == "4"),
    ({"model": "old"}, lambda one: one.record.model == "old"),
    ({"least": "75"}, lambda one: (one.record.verdict.confidence or -1) >= 0.75),
    ({"most": "75 %"}, lambda one: one.record.verdict.confidence is not None and one.record.verdict.confidence <= 0.75),
    ({"least": "60", "most": "99,9"}, lambda one: 0.6 <= (one.record.verdict.confidence or 0) <= 0.999),
    ({"since": "2026-02-27"}, lambda one: time_of(one.record.claim.id) >= datetime(2026, 2, 27, tzinfo=UTC)),
    ({"until": "2026-02-27T06:30"},
     lambda one: time_of(one.record.claim.id) < datetime(2026, 2, 27, 6, 30, tzinfo=UTC)),
    ({"since": "3d", "until": "1d"}, lambda one: NOON - 3 * DAY <= time_of(one.record.claim.id) < NOON - DAY),
    ({"since": "2026-02-27", "corrected": "yes"},
     lambda one: one.label is not None and time_of(one.record.claim.id) >= datetime(2026, 2, 27, tzinfo=UTC)),
    ({"name": "nothing is called so"}, lambda _: False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "fits"), QUESTIONS, ids=[" ".join(asked.values()) or "all" for asked, _ in QUESTIONS]
)
def test_a_filter_gives_what_fits_and_nothing_else(
    browsing: Browsing, asked: dict[str, str], fits: Callable[[Result], bool]
) -> None:
    """Newest first, over as many pages as it takes: no gap, and none twice."""
    expected = ids([one for one in all_of(browsing) if fits(one)])
    for rows in (7, 50):
        found = [page.results for page in pages(browsing, Filters.of(asked), rows)]
        assert expected == ids([one for some in found for one in some])
        assert all(len(some) == rows for some in found[:-1])


@pytest.mark.parametrize(
    "part",
    ["scan", "SCAN", "é", "É", "%", "_", "\\\\", "\\x0a", "x0a", "b.PNG", "[1]", "'", "ss", "ß", "/b/", "\\xff", "."],
)
def test_a_name_is_looked_for_as_it_is_shown(browsing: Browsing, part: str) -> None:
    """Whatever the case; no sign in it stands for others."""
    expected = [one for one in all_of(browsing) if part.casefold() in readable_name(one.record.claim.file).casefold()]
    found = [one for page in pages(browsing, Filters.of({"name": part})) for one in page.results]
    assert ids(expected) == ids(found)


def test_an_id_finds_its_result_alone(browsing: Browsing) -> None:
    """In either case of its letters."""
    id_ = all_of(browsing)[123].record.claim.id
    assert [[id_]] * 2 == [
        ids(p.results) for name in (id_, id_.upper()) for p in pages(browsing, Filters.of({"name": name}))
    ]


def test_a_page_goes_on_where_it_ended_whatever_came_meanwhile(path: Path, tmp_path: Path) -> None:
    """New results are at the front, behind the reader."""
    copy = tmp_path / "ledger.sqlite3"
    copy.write_bytes(path.read_bytes())
    asking, ledger = Browsing(copy), Ledger(copy)
    expected = ids(all_of(asking))
    walk = pages(asking, Filters(), 30)
    found = ids(next(walk).results)
    for number, page in enumerate(walk):
        claim = Claim(
            f"{first_id(NOON + DAY)[:-12]}{number:012x}", b"new.png", Identity(1, 1, 1, 1), "2026-03-02T12:00:00Z"
        )
        ledger.intend([claim])
        ledger.record([(claim, SEVEN)], "new", "now", Places(tmp_path, UTC))
        found += ids(page.results)
    assert expected == found
    asking.close()
    ledger.close()


def test_a_search_that_takes_too_long_says_how_far_it_came(browsing: Browsing) -> None:
    """And goes on from there, to the same result."""
    ticking = iter(range(100_000))
    asked = Filters.of({"name": "100%"})
    found = list(pages(browsing, asked, 50, lambda: float(next(ticking))))
    assert len(found) > 5
    assert all(page.cut for page in found[:-1])
    reached = [page.reached for page in found[:-1]]
    assert reached == sorted(reached, reverse=True)
    expected = [one for one in all_of(browsing) if one.record.claim.file == b"100%.png"]
    assert ids(expected) == [id_ for page in found for id_ in ids(page.results)]


def test_each_step_looks_at_a_bounded_number_of_rows(browsing: Browsing) -> None:
    """The time is looked at between steps: none of them may be a walk through all."""
    edges = list(browsing._windows(Filters(), Range("", "", None, None)))
    asked = "SELECT count(*) FROM records WHERE id < ? AND id >= ?"
    counted = [browsing._db.execute(asked, edge).fetchone()[0] for edge in edges]
    assert MANY == sum(counted)
    assert max(counted) <= 51
    assert {18} == set(counted[1:-1])


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"status": "fine"}, "status"), ({"reason": "x"}, "reason"), ({"digit": "11"}, "digit"),
        ({"corrected": "perhaps"}, "corrected"), ({"since": "yesterday"}, "from"), ({"until": "x"}, "before"),
        ({"least": "x"}, "least"), ({"most": "101"}, "most"), ({"least": "nan"}, "least"), ({"before": "7"}, "before"),
        ({"name": "x" * 301}, "name"),
    ],
)  # fmt: skip
def test_what_means_nothing_is_said(asked: dict[str, str], says: str) -> None:
    """With the field, the value, and what would do."""
    with pytest.raises(UsageError, match=says) as caught:
        Range.of(Filters.of(asked), NOON, UTC)
    assert caught.value.hint


def test_an_address_keeps_what_was_asked() -> None:
    """All of it but what is empty, and in a form that comes back the same."""
    asked = Filters.of({"name": 'a&b=c "é"\n', "status": "ok", "since": "2h", "unknown": "x"})
    assert "?name=a%26b%3Dc+%22%C3%A9%22&status=ok&since=2h" == asked.address()
    assert "" == Filters().address()
