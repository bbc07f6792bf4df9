"""The power goes while pictures are deleted and results files are set aside: the next start ends what was begun."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from fakes import PNG

from tests.faults.power import Disk, cuts
from tests.faults.power_calls import Calls
from tests.faults.test_power_loss import MEMORY, Reading, found_in
from watcher.rotation import Rotation

MINUTES = 70.0  # between turns: each looks at what is to be deleted


class Tidy(Reading):
    """A desk that keeps two pictures in the archive, no rejected one, and few rows in a file."""

    def _open(self) -> None:
        self.rotation, self.most_bytes = (
            Rotation("size", most_bytes=700),
            {"archive": 2 * len(PNG) + 100, "rejected": 0},
        )
        super()._open()

    def ids_in_files(self, end: str) -> list[str]:
        """Of the whole rows in all results files."""
        found = []
        for path in sorted(self.outbox.glob(f"results*.{end}")):
            whole = path.read_bytes().rpartition(b"\n")[0]
            found += [line.split(b'"id":"')[-1][:36].decode() for line in whole.split(b"\n") if b"-7" in line]
        return sorted(found)

    def assert_conserved(self, safe: set[str]) -> None:
        """One row in each kind of file for each record; a copy for those archived, and none for those expired."""
        query = "SELECT id, state, sha256, archived_to FROM records ORDER BY id"
        records = self.ledger._db.execute(query).fetchall()
        assert {row["state"] for row in records} <= {"archived", "expired"}
        assert safe <= {row["sha256"] for row in records}
        for end in ("csv", "jsonl"):
            assert [row["id"] for row in records] == self.ids_in_files(end)
        kept = {os.fsdecode(row["archived_to"]): row["sha256"] for row in records if row["state"] == "archived"}
        copies = {
            str(path.relative_to(self.outbox)): hashlib.sha256(path.read_bytes()).hexdigest()
            for kind in ("archive", "rejected") if (self.outbox / kind).exists()
            for path in (self.outbox / kind).rglob("*") if path.is_file()
        }  # fmt: skip
        assert kept == copies
        assert len(kept) <= 2
        assert os.listdir(self.inbox / ".work") == ["quarantine"]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Tidy]:
    """The daemon's parts in a folder of their own."""
    (tmp_path / "before").mkdir()
    desk = Tidy(tmp_path / "before")
    desk.service.recover(restarted=True)
    yield desk
    desk.close()


def play(desk: Tidy, disk: Disk, dropped: set[str]) -> None:
    """Pictures that are read and unreadable, in folders, one after the other."""
    for number, name in enumerate(("a/7.png", "odd.png", "7.png", "a/b/7.png", "8.png", "odd.png"), 2):
        dropped.add(desk.picture(name, number, disk=disk))
        desk.turns(4, MINUTES)


def test_the_order_in_which_a_picture_goes(desk: Tidy, monkeypatch: pytest.MonkeyPatch) -> None:
    """Marked, deleted, its folder synced, and only then called expired."""
    disk = Disk(desk.inbox.parent)
    Calls(disk).watch(monkeypatch)
    desk.picture("a/odd.png", 3, disk=disk)
    desk.turns(2, 1.0)
    desk.now += MINUTES
    disk.steps.clear()
    desk.turns(1)
    day = "outbox/rejected/2026-03-01"
    assert [
        "commit",  # to be deleted
        f"unlink {day}/a/odd.png",
        f"unlink {day}/a/odd.png.reason.txt",
        f"rmdir {day}/a",
        f"rmdir {day}",
        "fsync outbox/rejected",
        "commit",  # expired
    ] == disk.steps
    disk.close()


def test_the_order_in_which_results_are_set_aside(desk: Tidy, monkeypatch: pytest.MonkeyPatch) -> None:
    """Announced, renamed, the folder synced with the new files, and only then called done."""
    disk = Disk(desk.inbox.parent)
    Calls(disk).watch(monkeypatch)
    for number in (2, 4, 6):
        desk.picture("7.png", number, disk=disk)
        desk.turns(2, 1.0)
    rename = "rename outbox/results.csv → outbox/results-2026-03-01.csv"
    begun = disk.steps.index(rename)
    steps = disk.steps[begun - 1 : disk.steps.index("commit", begun) + 1]
    assert (
        [
            "commit",  # the new name, and which files are meant
            rename,
            "rename outbox/results.jsonl → outbox/results-2026-03-01.jsonl",
            "fsync outbox",  # before there are new files of these names
            "make outbox/results.csv",
        ]
        == steps[:5]
    )
    assert "fsync outbox" in steps[steps.index("make outbox/results.jsonl") :]
    disk.close()


def test_after_any_cut_the_next_start_carries_on(desk: Tidy, monkeypatch: pytest.MonkeyPatch) -> None:
    """At every step, in four ways each: every picture is a record and a row; deleted ones are expired, none half."""
    disk = Disk(desk.inbox.parent)
    dropped: set[str] = set()
    seen: set[tuple[frozenset[str], frozenset[tuple[str, bytes | None]]]] = set()

    def cut() -> None:
        for outcome, survives, content in cuts(disk, len(disk.steps)):
            with TemporaryDirectory(dir=MEMORY, prefix="power-loss-") as folder:
                after = Path(folder)
                disk.after_a_cut(after, survives, content)
                state = frozenset(dropped), found_in(after)
                if state not in seen:
                    seen.add(state)
                    starts_again(after, f"{outcome}, after: {disk.steps[-6:]}")

    def starts_again(after: Path, when: str) -> None:
        again = Tidy(after)
        try:
            again.service.recover(restarted=True)
            again.turns(8, MINUTES)
            again.assert_conserved(dropped)
        except BaseException as error:
            error.add_note(when)
            raise
        again.close()

    Calls(disk).watch(monkeypatch)
    disk.on_step = cut
    play(desk, disk, dropped)
    desk.assert_conserved(dropped)
    assert {"archived": 2, "expired": 4} == desk.ledger.results()
    assert len([*desk.outbox.glob("results-*.csv")]) > 1
    assert len(seen) > 50
    disk.close()
