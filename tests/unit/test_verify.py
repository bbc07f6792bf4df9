"""watcher.reporting.verify and watcher.reporting.show_verified: every record against every file."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from fakes import BLANK, PNG, SEVEN, Desk
from hypothesis import given
from hypothesis import strategies as st

from watcher.config import Config
from watcher.errors import SurroundingsError
from watcher.questions import Questions
from watcher.reporting import verify as module
from watcher.reporting.sheet_lines import rows_in
from watcher.reporting.show_verified import show_verified
from watcher.reporting.verify import Findings, verify

NAMES = ("1.png", "a.png", "a-b.png", "a/1.png", "a/b/2.png", "a b.png", "a\n.png", "ä.png", "blank.png", "~.png")


@pytest.fixture
def read(desk: Desk) -> Desk:
    """Pictures in folders whose order is not that of their names alone; one is rejected."""
    for name in NAMES:
        desk.verdict = BLANK if name == "blank.png" else SEVEN
        desk.drop(name, PNG)
        desk.turns(2)
    return desk


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(inbox=tmp_path / "inbox", outbox=tmp_path / "outbox", state=tmp_path / "state")


def found(desk: Desk, **options: Any) -> Findings:
    return verify(desk.ledger.path, os.fsencode(desk.outbox), **options)


def place(desk: Desk, name: str) -> Path:
    """Where a picture lies."""
    return desk.outbox / os.fsdecode(desk.ledger.find_by_file(os.fsencode(name))[0].archived_to)


def test_a_whole_archive_is_well(read: Desk) -> None:
    """Each record has its file and each file its record, and both results files have all rows."""
    looked_at: list[tuple[int, int]] = []
    got = found(read, on_progress=lambda *told: looked_at.append(told))
    assert (len(NAMES), len(NAMES), len(NAMES) * len(PNG)) == (got.records["archived"], got.files, got.size)
    assert ([], [], [], [], True) == (got.absent, got.changed, got.unknown, got.wrong, got.well)
    assert ({"results.csv": len(NAMES), "results.jsonl": len(NAMES)}, len(NAMES)) == (got.rows, got.results)
    assert [(len(NAMES), len(NAMES))] == looked_at


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_that_is_gone_is_absent(read: Desk, name: str) -> None:
    """Wherever it stood in the order; all others are still matched."""
    there = place(read, name)
    there.unlink()
    got = found(read)
    assert [os.fsencode(there.relative_to(read.outbox))] == got.absent
    assert ([], [], len(NAMES) - 1, False) == (got.changed, got.unknown, got.files, got.well)


def test_a_picture_of_another_size_is_changed(read: Desk) -> None:
    """Its bytes are not looked at: that takes as long as reading all of them."""
    place(read, "1.png").write_bytes(b"short")
    got = found(read)
    assert (1, [], False) == (len(got.changed), got.absent, got.well)


def test_files_that_no_record_has_are_named_and_no_loss(read: Desk) -> None:
    """People put things there; the daemon's own reasons, and copies that it makes, are none of them."""
    day = place(read, "1.png").parent
    (day / "a").mkdir(exist_ok=True)
    (day / "a" / "theirs.txt").touch()
    (day / ".partial-0190").touch()
    got = found(read)
    assert ([b"archive/%b/a/theirs.txt" % os.fsencode(day.name)], True) == (got.unknown, got.well)


def test_what_the_ledger_has_not_in_the_archive_is_not_looked_for(read: Desk) -> None:
    """Missing ones are missing; one that is back is a file that no record has there."""
    gone, back = read.ledger.find_by_file(b"1.png")[0], read.ledger.find_by_file(b"a.png")[0]
    place(read, "1.png").unlink()
    read.ledger.set_state([gone.claim.id, back.claim.id], "missing")
    got = found(read)
    assert ([], [back.archived_to], {"archived": len(NAMES) - 2, "missing": 2}) == (
        got.absent,
        got.unknown,
        got.records,
    )


def test_what_moved_meanwhile_is_looked_at_again(read: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A daemon goes on: what it took back into work, or archived, between two looks is no finding."""
    record, there = read.ledger.find_by_file(b"1.png")[0], place(read, "1.png")
    look = module._compare

    def and_things_move(*arguments: Any) -> None:
        there.rename(there.with_name("aside"))
        look(*arguments)
        there.with_name("aside").rename(there)
        read.drop("new.png", PNG)
        read.turns(2)

    monkeypatch.setattr(module, "_compare", and_things_move)
    got = found(read)
    assert ([], [], True, 1) == (got.absent, got.unknown, got.well, got.came)
    assert record.archived_to


def test_records_are_read_in_pieces(read: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """One long read would keep the ledger's WAL growing for as long as it takes."""
    whole = Questions.places_after
    monkeypatch.setattr(Questions, "places_after", lambda self, place: whole(self, place, 3))
    looked_at: list[int] = []
    got = found(read, on_progress=lambda done, _: looked_at.append(done))
    assert ([3, 6, 9, 10], len(NAMES), True) == (looked_at, got.files, got.well)


def test_a_record_that_is_not_counted_does_not_add_up(read: Desk) -> None:
    """What the running sum cannot see: it is taken from counters, this from the records."""
    read.ledger._db.execute("DROP TRIGGER purged")
    read.ledger._db.execute("DELETE FROM records WHERE seq = 1")
    got = found(read)
    assert ([f"{len(NAMES)} results are counted, and {len(NAMES) - 1} records are there or forgotten"], False) == (
        got.wrong,
        got.well,
    )


@given(
    st.sets(
        st.lists(st.sampled_from([b"a", b"a-", b"a0", b"b", b"~", b"\xff", b"a b"]), min_size=1, max_size=3).map(tuple)
    )
)
def test_files_come_in_the_order_of_their_places(paths: set[tuple[bytes, ...]]) -> None:
    """As bytes, which is how the ledger's index has them: both are walked side by side."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        outbox = os.fsencode(folder)
        for path in paths:
            target = b"/".join([outbox, b"archive", *(part + b".d" for part in path[:-1]), path[-1]])
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, "wb"):
                pass
        places = [place for place, _ in module._files(outbox)]
    assert (sorted(places), len(paths)) == (places, len(places))


def test_rows_of_elder_files_count(tmp_path: Path) -> None:
    """Set aside by rotation or with other columns; headers are no rows, and other people's files none of ours."""
    for name, text in (
        ("results.csv", "id,file\r\n1,a\r\n2,b\r\n"), ("results-2026-11-21.csv", "\ufeff\"id\",file\r\n3,c\r\n"),
        ("results-old1.csv", ""), ("my-results.csv", "id\n1\n"), ("results.csv.bak", "id\n1\n"),
        ("results.jsonl", '{"id": 1}\n'),
    ):  # fmt: skip
        (tmp_path / name).write_text(text, encoding="utf-8")
    outbox = os.fsencode(tmp_path)
    assert (3, 1) == (rows_in(outbox, "results.csv"), rows_in(outbox, "results.jsonl"))


def test_what_was_found_is_told(read: Desk, config: Config, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 0 where nothing is lost, else 4; as words and as JSON."""
    assert 0 == show_verified(config, as_json=False)
    assert [
        "records  10 (10 archived)",
        f"files    10 in archive/ and rejected/, {10 * len(PNG) / 1000:.1f} kB",
        "rows     10 in results.csv, 10 in results.jsonl, with those that were set aside; 10 results",
        "Every picture is where the ledger has it.",
    ] == capsys.readouterr().out.splitlines()
    there = place(read, "a\n.png")
    there.unlink()
    assert 4 == show_verified(config, as_json=False)
    said = capsys.readouterr().out.splitlines()
    assert ["absent   1 not where the ledger has them", f"         archive/{there.parent.name}/a\\x0a.png"] == said[3:5]
    assert 4 == show_verified(config, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert (False, 9, 1) == (told["well"], told["files"], len(told["absent"]))


def test_a_folder_that_may_not_be_read_is_named(read: Desk, config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to do: members of the group may read results, not all of the state."""

    def closed(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "/srv/archive")

    monkeypatch.setattr(module, "_compare", closed)
    with pytest.raises(SurroundingsError, match="cannot look at /srv/archive: Permission denied") as refused:
        show_verified(config, as_json=False)
    assert "the daemon's user" in refused.value.hint
