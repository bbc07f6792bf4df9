"""watcher.checks: the system's limits, the clock, and who tries."""

import os
import resource
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from fakes import Desk
from scenes import all_well, as_stranger, levels, said, scene_of, without_powers

from watcher.checks import clock, limits, user
from watcher.checks.clock import check_clock
from watcher.checks.limits import check_events, check_files, check_memory
from watcher.checks.reading import check_readers
from watcher.checks.scene import Scene
from watcher.checks.user import check_daemon, check_encoding, check_user


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """Folders before the first start, and a clock that somebody sets."""
    (tmp_path / "in").mkdir()
    return scene_of(tmp_path)


@pytest.fixture(autouse=True)
def synchronised(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that somebody sets."""
    monkeypatch.setattr(clock, "_is_synchronised", lambda: True)


def test_few_open_files_are_a_fault_or_worth_a_word(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what raises them."""
    for soft, level in ((100, "FAIL"), (300, "warn"), (1024, "ok"), (resource.RLIM_INFINITY, "ok")):
        monkeypatch.setattr(resource, "getrlimit", lambda _, soft=soft: (soft, 4096))
        assert [level] == levels(check_files, scene)
    monkeypatch.setattr(resource, "getrlimit", lambda _: (100, 4096))
    assert "ulimit -n 512" in said(check_files, scene)


@pytest.mark.parametrize(
    ("available", "allowed", "level"), [(10**11, 0, "ok"), (10**9, 0, "warn"), (10**11, 10**9, "warn"), (0, 0, "ok")]
)
def test_memory_that_all_readers_could_not_have_at_once_is_worth_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, available: int, allowed: int, level: str
) -> None:
    """By the machine, or by the control group; usual pictures need far less, so it is no fault."""
    monkeypatch.setattr(limits, "_available", lambda: available)
    monkeypatch.setattr(limits, "_allowed", lambda: allowed)
    found = said(check_memory, scene_of(tmp_path, reading={"workers": 2}))
    assert found.startswith(f"{level}: 2 readers need 2.6 GB at most")


def test_what_memory_there_is_is_asked_of_the_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tightest of the control groups that this process is in."""
    files = {
        "/proc/self/cgroup": "0::/a/b\n",
        "/sys/fs/cgroup/a/b/memory.max": "max\n", "/sys/fs/cgroup/a/memory.max": "5\n",
        "/proc/meminfo": "MemTotal: 9 kB\nMemAvailable: 2 kB\n",
    }  # fmt: skip

    def read_text(path: Path, **_: object) -> str:
        if str(path) not in files:
            raise FileNotFoundError
        return files[str(path)]

    monkeypatch.setattr(Path, "read_text", read_text)
    assert (2048, 5) == (limits._available(), limits._allowed())
    files.clear()
    assert (0, 0) == (limits._available(), limits._allowed())


class Observer:
    """One that hears of so many folders."""

    def __init__(self, most: int) -> None:
        self.left = most

    def watch(self, _: bytes) -> bool:
        self.left -= 1
        return self.left >= 0

    def stop(self) -> None:
        """Nothing runs."""


@pytest.mark.parametrize(
    ("most", "level", "words"),
    [
        (9, "ok", "file system events come"), (0, "warn", "events do not come: folders are looked at every 5 s"),
        (2, "warn", "events come for 2 of 4 folders"),
    ],
)  # fmt: skip
def test_folders_of_which_nothing_is_heard_are_counted(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, most: int, level: str, words: str
) -> None:
    """They are looked at regularly, and which limits to raise is said."""
    for name in ("a", "b", "c", ".hidden"):
        (scene.config.inbox / name).mkdir()
    monkeypatch.setattr(limits, "FolderObserver", lambda _: Observer(most))
    found = said(check_events, scene)
    assert found.startswith(level)
    assert words in found
    assert ("fs.inotify.max_user_watches" in found) == (level == "warn")


def test_more_folders_than_are_ever_watched_are_no_fault_of_the_system(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is our own limit."""
    for name in ("a", "b", "c"):
        (scene.config.inbox / name).mkdir()
    monkeypatch.setattr(limits, "MOST_WATCHED", 2)
    monkeypatch.setattr(limits, "FolderObserver", lambda _: Observer(2))
    assert "ok: events come for 2 folders, which is the most; the other 2" in said(check_events, scene)


def test_an_inbox_on_a_share_is_told_to_be_without_events(tmp_path: Path) -> None:
    """No limit would help."""
    (tmp_path / "in").mkdir()
    scene = scene_of(tmp_path, f"2 1 0:9 / {tmp_path}/in rw - nfs4 host:/ rw\n")
    assert "ok: the inbox is on nfs4, which tells of no changes that others make" in said(check_events, scene)


def test_readers_that_nothing_confines_are_worth_a_word(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the kernel that would."""
    for version, level in ((0, "warn"), (7, "ok")):
        monkeypatch.setattr("watcher.checks.reading.landlock_version", lambda version=version: version)
        assert [level] == levels(check_readers, scene)


def test_a_clock_of_long_ago_is_a_fault(scene: Scene) -> None:
    """Of a machine whose battery is empty."""
    (found,) = check_clock(scene, datetime(1970, 1, 1, 3, tzinfo=UTC))
    assert ("FAIL", True) == (found.level, "1970-01-01 03:00:00+00:00" in found.text)


def test_a_clock_behind_the_newest_row_is_worth_a_word(many: Desk, tmp_path: Path) -> None:
    """One of the two is wrong."""
    scene = scene_of(tmp_path)
    (found,) = check_clock(scene, datetime(2026, 3, 8, 11, 58, tzinfo=UTC))
    assert ("warn", True) == (found.level, "the newest result is from 2026-03-08 12:00:00+00:00" in found.text)
    assert ["ok"] == [found.level for found in check_clock(scene, datetime(2026, 3, 8, 11, 59, 30, tzinfo=UTC))]


def test_a_clock_that_nobody_sets_is_worth_a_word(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the kernel says, or systemd's program for it."""
    monkeypatch.setattr(clock, "_is_synchronised", lambda: False)
    assert "timedatectl set-ntp true" in said(check_clock, scene)


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux")
def test_the_kernel_is_asked_whether_the_clock_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It answers 5 where not; nothing is changed by the question."""
    monkeypatch.undo()
    monkeypatch.setattr(clock, "_SYNCHRONISED", tmp_path / "none")
    for answer, synchronised in ((0, True), (5, False)):
        libc = SimpleNamespace(adjtimex=lambda given, answer=answer: answer if set(given.raw) == {0} else None)
        monkeypatch.setattr(clock.ctypes, "CDLL", lambda _, libc=libc: libc)
        assert synchronised == clock._is_synchronised()
    (tmp_path / "none").touch()
    assert clock._is_synchronised()


def test_who_tries_is_told(scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root and strangers see other things than the daemon will."""
    with without_powers(tmp_path):
        assert all_well(check_user, scene)
    assert "warn: tried as watcher, who is not the daemon's user" in said(check_user, as_stranger(scene))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert "warn: tried as root" in said(check_user, scene)
    assert "ok: running, pid 7" in said(check_daemon, scene_of(tmp_path, daemon=7))
    assert all_well(check_encoding, scene)
    monkeypatch.setattr(user.sys, "getfilesystemencoding", lambda: "iso8859-15")
    assert "FAIL: names of files are taken for iso8859-15 | Set LANG=C.UTF-8" in said(check_encoding, scene)
