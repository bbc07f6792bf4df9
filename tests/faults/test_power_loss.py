"""Fault 15: the power goes. What was not synced is lost or not, in any mixture; the next start mends it all."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from fakes import BLANK, PNG, SEVEN, Desk

from tests.faults.power import Disk, cuts
from tests.faults.power_calls import Calls
from watcher.engine import Outcome
from watcher.requests import request_requeue


class Reading(Desk):
    """A desk whose readers hash what they read; pictures with an odd size are unreadable."""

    def seen(self, id_: str) -> Outcome:
        data = Path(os.fsdecode(self.files.in_work(id_))).read_bytes()
        verdict = BLANK if len(data) % 2 else SEVEN
        return Outcome(id_, verdict._replace(sha256=hashlib.sha256(data).hexdigest()), self.files.identity_in_work(id_))

    def picture(self, name: str, number: int, *, disk: Disk | None = None, safe: bool = True) -> str:
        """Drop one; safe: its writer synced it. Gives its sha256."""
        data = PNG[:-12] + bytes([number]) * number + PNG[-12:]
        path = self.drop(name, data)
        if disk is not None:
            for folder in reversed(path.relative_to(self.inbox).parents[:-1]):
                disk.arrived(self.inbox / folder, safe=safe)
            disk.arrived(path, safe=safe)
        return hashlib.sha256(data).hexdigest()

    def ids_in_csv(self) -> list[str]:
        """Of the rows that are whole."""
        path = self.outbox / "results.csv"
        whole = path.read_bytes().rpartition(b"\n")[0].partition(b"\0")[0] if path.exists() else b""
        return [line.split(b",")[0].decode() for line in whole.split(b"\n")[1:] if line.endswith(b"\r")]

    def assert_conserved(self, safe: set[str]) -> None:
        """One archived record, one row and one copy for each picture that is there, among them all safe ones."""
        query = "SELECT id, state, sha256, archived_to FROM pictures WHERE seq IS NOT NULL ORDER BY seq"
        records = self.ledger._db.execute(query).fetchall()
        assert [row["id"] for row in records] == self.ids_in_csv()
        assert {row["state"] for row in records} <= {"archived", "requeued"}
        kept = {os.fsdecode(row["archived_to"]): row["sha256"] for row in records if row["state"] == "archived"}
        assert safe <= set(kept.values())
        copies = {
            str(path.relative_to(self.outbox)): hashlib.sha256(path.read_bytes()).hexdigest()
            for kind in ("archive", "rejected")
            for path in (self.outbox / kind).rglob("*")
            if path.is_file() and not path.name.endswith(".reason.txt")
        }
        assert kept == copies
        for place in copies:
            if place.startswith("rejected"):
                assert b"id: " in (self.outbox / f"{place}.reason.txt").read_bytes()
        assert os.listdir(self.inbox / ".work") == ["quarantine"]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Reading]:
    """The daemon's parts in a folder of their own."""
    (tmp_path / "before").mkdir()
    desk = Reading(tmp_path / "before")
    desk.service.recover(restarted=True)
    yield desk
    desk.close()


def test_the_order_of_one_pictures_way(desk: Reading, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each rename comes after the durability that it relies on."""
    disk = Disk(desk.inbox.parent)
    Calls(disk).watch(monkeypatch)
    for number in (2, 4):
        desk.picture("a/7.png", number, disk=disk)
        desk.picture("odd.png", number + 1, disk=disk)
        disk.steps.clear()
        desk.turns(3)
    *_, first, second = desk.ids()
    archive, rejected = "outbox/archive/2026-03-01/a", "outbox/rejected/2026-03-01"
    assert disk.steps == [
        "commit",  # the intent
        f"rename inbox/a/7.png → inbox/.work/{first}",
        f"rename inbox/odd.png → inbox/.work/{second}",
        "syncfs .",  # of the inbox's file system: the pictures, and the renames
        "commit",  # the results, with the reserved places
        "fsync outbox/results.csv",
        "fsync outbox/results.jsonl",
        f"rename inbox/.work/{first} → {archive}/7~2.png",
        f"make {rejected}/odd~2.png.reason.txt",
        f"rename inbox/.work/{second} → {rejected}/odd~2.png",
        "syncfs .",  # of the outbox's, for the reason; without one, an fsync of each folder
        "fsync inbox/.work",
        "commit",  # archived
    ]


def test_a_new_folder_is_on_disk_before_a_picture_moves_into_it(desk: Reading, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of its entries, from the top down."""
    disk = Disk(desk.inbox.parent)
    Calls(disk).watch(monkeypatch)
    desk.picture("a/7.png", 2, disk=disk)
    desk.turns(3)
    day = "outbox/archive/2026-03-01"
    made = [f"make {folder}" for folder in ("outbox/archive", day, f"{day}/a")]
    synced = [f"fsync {folder}" for folder in (day, "outbox/archive", "outbox")]
    moved = f"rename inbox/.work/{desk.ids()[0]} → {day}/a/7.png"
    first = disk.steps.index(made[0])
    assert disk.steps[first : first + 9] == [*made, *synced, moved, f"fsync {day}/a", "fsync inbox/.work"]


MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # thousands of syncs: on a disk they take minutes


def found_in(folder: Path) -> frozenset[tuple[str, bytes | None]]:
    """All names below, with what the files hold."""
    return frozenset(
        (str(path.relative_to(folder)), path.read_bytes() if path.is_file() else None) for path in folder.rglob("*")
    )


def play(desk: Reading, disk: Disk, dropped: set[str], *, safe: bool) -> None:
    """Pictures that are read and unreadable, in folders, of one name; and one that is read again."""
    for name, number in (("a/7.png", 2), ("odd.png", 3), ("7.png", 4)):
        dropped.add(desk.picture(name, number, disk=disk, safe=safe))
    desk.turns(3)
    dropped.add(desk.picture("7.png", 6, disk=disk, safe=safe))
    desk.turns(3)
    request_requeue(desk.state, desk.ids()[:1])
    desk.requests.expected = True
    desk.turns(3)


@pytest.mark.parametrize("separate", [False, True], ids=["one-file-system", "two-file-systems"])
@pytest.mark.parametrize("safe", [True, False], ids=["writers-sync", "writers-do-not"])
def test_after_any_cut_the_next_start_carries_on(
    desk: Reading, monkeypatch: pytest.MonkeyPatch, separate: bool, safe: bool
) -> None:
    """At every step of a scenario, in four ways each: every picture that its writer synced, and every one that
    has a row, ends as one record, one row and one copy; nothing is doubled, no row that was safe goes."""
    disk = Disk(desk.inbox.parent, (desk.inbox, desk.outbox) if separate else ())
    dropped: set[str] = set()
    seen: set[tuple[frozenset[str], frozenset[tuple[str, bytes | None]]]] = set()
    tried = 0

    def cut() -> None:
        nonlocal tried
        for outcome, survives, content in cuts(disk, len(disk.steps)):
            tried += 1
            with TemporaryDirectory(dir=MEMORY, prefix="power-loss-") as folder:
                after = Path(folder)
                disk.after_a_cut(after, survives, content)
                state = frozenset(dropped), found_in(after)
                if state not in seen:  # many steps leave what another has left
                    seen.add(state)
                    starts_again(after, f"{outcome}, after: {disk.steps[-6:]}")

    def starts_again(after: Path, when: str) -> None:
        again = Reading(after)
        rows = again.ids_in_csv()
        try:
            again.service.recover(restarted=True)
            again.turns(8)
            assert again.ids_in_csv()[: len(rows)] == rows
            again.assert_conserved(dropped if safe else set())
        except BaseException as error:
            error.add_note(when)
            raise
        again.close()

    Calls(disk).watch(monkeypatch)
    disk.on_step = cut
    play(desk, disk, dropped, safe=safe)
    assert len(desk.ids()) == 5
    assert tried > 150
    assert len(seen) > 50
    disk.close()
