"""watcher.checks: what is mounted, what file systems can do, and how much room they have."""

import errno
import os
from pathlib import Path

import pytest
from fakes import Desk
from scenes import all_well, levels, said, scene_of

from watcher.checks import filesystems
from watcher.checks.disks import check_space
from watcher.checks.filesystems import check_filesystems, check_names, check_renames
from watcher.checks.mounts import Mounts
from watcher.checks.scene import Scene

TABLE = """\
21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 21 0:40 / /srv/share rw,relatime - cifs //host/x rw,vers=3.1
31 21 0:41 / /srv/a\\040b rw - nfs4 host:/ rw
32 21 0:42 / /srv/gr\\303\\274n ro,relatime - ext4 /dev/sdb rw
33 21 0:43 / /srv/late rw - ext4 /dev/sdc ro
34 21 0:44 / /srv/late rw - tmpfs none rw
nonsense
"""


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """Folders as a daemon leaves them."""
    for name in ("in", "out/archive", "out/rejected", "state"):
        (tmp_path / name).mkdir(parents=True)
    return scene_of(tmp_path)


@pytest.mark.parametrize(
    ("folder", "kind"),
    [("/", "ext4"), ("/srv", "ext4"), ("/srv/share", "cifs"), ("/srv/share/a", "cifs"), ("/srv/share2", "ext4"),
     ("/srv/a b", "nfs4"), ("/srv/grün/x", "ext4"), ("/srv/late", "tmpfs")],
)  # fmt: skip
def test_the_file_system_is_that_of_the_nearest_mount(folder: str, kind: str) -> None:
    """As the kernel writes it, with blanks and letters of all kinds; of two at one place the later one."""
    mounts = Mounts.read(TABLE.encode())
    assert kind == mounts.of(Path(folder)).kind
    assert ("ro" in mounts.of(Path(folder)).options) == folder.startswith("/srv/grün")


def test_mounts_below_a_folder_are_known() -> None:
    """By their paths in it; those beside it are not meant."""
    mounts = Mounts.read(TABLE.encode())
    assert [b"a b", "grün".encode(), b"late", b"share"] == list(mounts.below(Path("/srv")))
    assert [] == list(mounts.below(Path("/srv/share")))
    assert "" == Mounts().of(Path("/")).kind


def test_good_file_systems_are_good(scene: Scene, tmp_path: Path) -> None:
    """And nothing is left behind."""
    before = sorted(tmp_path.rglob("*"))
    for check in (check_filesystems, check_renames, check_names, check_space):
        assert all_well(check, scene), said(check, scene)
    assert before == sorted(tmp_path.rglob("*"))
    assert "pictures are moved by one rename" in said(check_filesystems, scene)


@pytest.mark.parametrize(
    ("place", "mount", "level", "words"),
    [
        ("state", "rw - nfs4 host:/ rw", "FAIL", "where SQLite's WAL is not safe | Set `state` in config.yaml"),
        ("state", "rw - virtiofs tag rw", "FAIL", "on a remote file system (virtiofs)"),
        ("out", "ro - ext4 /dev/sdb rw", "FAIL", "the outbox is on a file system that is mounted read-only"),
        ("in", "rw - ext4 /dev/sdb ro", "FAIL", "the inbox is on a file system that is mounted read-only"),
        ("out", "rw - tmpfs none rw", "warn", "the outbox is on tmpfs: it may be gone after a restart"),
        ("state", "rw - overlay none rw", "warn", "the state is on overlay"),
    ],
)
def test_file_systems_that_will_not_do_are_told(
    scene: Scene, tmp_path: Path, place: str, mount: str, level: str, words: str
) -> None:
    """Each with what to do; an inbox in memory may well be meant so."""
    there = scene_of(tmp_path, f"1 0 8:1 / / rw - ext4 /dev/sda rw\n2 1 0:9 / {tmp_path}/{place} {mount}\n")
    found = said(check_filesystems, there)
    assert [level] == [line[:4] for line in found.splitlines() if not line.startswith("ok")]
    assert words in found


def refusing_renames(monkeypatch: pytest.MonkeyPatch, into: Path) -> None:
    """As between two file systems."""
    real = Path.rename

    def rename(self: Path, target: Path) -> Path:
        if (self.parent == into) != (target.parent == into):
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        return real(self, target)

    monkeypatch.setattr(Path, "rename", rename)


@pytest.mark.parametrize(
    ("folder", "words"), [("out/archive", "archive/"), ("out/rejected", "rejected/"), ("in", "outbox and archive/")]
)
def test_where_renames_become_copies_that_is_said(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str, words: str
) -> None:
    """It works, and takes longer."""
    refusing_renames(monkeypatch, tmp_path / folder)
    found = said(check_filesystems, scene)
    assert f"ok: {words}" in found
    assert "copied, verified and then removed" in found
    assert [] == [*(tmp_path / "in").iterdir()]


def test_a_rename_that_replaces_is_a_fault(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every promise rests on that."""
    monkeypatch.setattr(filesystems, "rename_new", os.rename)
    assert "FAIL: on the file system of the inbox, a rename replaces what is there" in said(check_renames, scene)


def test_a_disk_that_cannot_be_synced_is_a_fault(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is tried while no daemon runs, which does it all the time."""

    def failing(_: int) -> None:
        raise OSError(errno.EIO, "fails")

    monkeypatch.setattr(filesystems, "sync_filesystem", failing)
    assert ["FAIL"] == levels(check_renames, scene)
    assert all_well(check_renames, scene_of(scene.config.inbox.parent, daemon=7))


def test_names_that_the_outbox_refuses_are_told(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """As FAT does: with what becomes of such pictures."""
    real = os.open

    def refuse(path: object, flags: int, *mode: int, **where: int) -> int:
        name = os.fsencode(path).rpartition(b"/")[2]  # type: ignore[arg-type]
        if b"?" in name or name.endswith(b" ") or len(name) > 200:
            raise OSError(errno.EINVAL, "refused")
        return real(path, flags, *mode, **where)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", refuse)
    found = said(check_names, scene)
    assert "warn: the file system of the outbox refuses names with" in found
    assert "signs that others forbid, a space at the end, 255 bytes: such pictures get their rows" in found


def test_a_file_system_that_folds_case_is_told(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no fault: the second of two names is numbered."""
    monkeypatch.setattr(os.path, "lexists", lambda _: True)
    assert "ok: upper and lower case are the same there" in said(check_names, scene)


def disk(monkeypatch: pytest.MonkeyPatch, *, free: int, inodes: int = 10**6) -> None:
    real = os.statvfs("/")

    class Disk:
        f_bavail, f_frsize, f_files, f_favail = free, 1, inodes and 10**7, inodes
        f_flag = real.f_flag

    monkeypatch.setattr(os, "statvfs", lambda _: Disk)


def test_a_disk_that_is_nearly_full_is_a_fault(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of bytes or of inodes; some file systems do not count inodes, and say 0 of 0."""
    disk(monkeypatch, free=5_000_000)
    assert "FAIL: only 5.0 MB are free for inbox, outbox, state" in said(check_space, scene)
    disk(monkeypatch, free=10**9, inodes=500)
    assert "FAIL: only 500 inodes are free" in said(check_space, scene)
    disk(monkeypatch, free=10**9, inodes=0)
    assert "ok: 1.0 GB free for inbox, outbox, state" in said(check_space, scene)


@pytest.mark.parametrize(("free", "level", "days"), [(1_000_000_000, "ok", "30 days"), (110_000_000, "warn", "3 days")])
def test_how_long_the_room_lasts_is_told_by_the_rate_of_late(
    many: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, level: str, days: str
) -> None:
    """Eight pictures in seven days; the ledger knows their sizes."""
    many.ledger._db.execute("UPDATE records SET size = 29165166")
    disk(monkeypatch, free=free)
    found = said(check_space, scene_of(tmp_path, inbox=tmp_path / "inbox", outbox=tmp_path / "outbox"))
    assert found.startswith(f"{level}: ")
    assert f"33.3 MB a day, that lasts {days}" in found
