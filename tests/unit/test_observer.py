"""watcher.observer: events are heard, and a deaf observer is known to be deaf."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from watchdog.observers.inotify_c import InotifyConstants

from watcher import observer as module
from watcher.observer import FolderObserver

LONG = 20.0  # seconds until a test gives up; events come within milliseconds


class Ear:
    """Keeps what it hears, and can be waited for."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self._news = threading.Condition()

    def __call__(self, path: bytes) -> None:
        with self._news:
            self.heard.append(path)
            self._news.notify_all()

    def hears(self, path: Path) -> bool:
        with self._news:
            return self._news.wait_for(lambda: os.fsencode(path) in self.heard, LONG)


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
def observer(ear: Ear) -> Iterator[FolderObserver]:
    made = FolderObserver(ear)
    yield made
    made.stop()


def test_arrivals_are_heard(observer: FolderObserver, ear: Ear, tmp_path: Path) -> None:
    """Closed after writing, moved in, a folder made; names need not be text."""
    inbox = tmp_path / "in"
    inbox.mkdir()
    assert observer.watch(os.fsencode(inbox))
    (inbox / os.fsdecode(b"\xff.png")).write_bytes(b"x")
    (tmp_path / "7.png").write_bytes(b"x")
    (tmp_path / "7.png").rename(inbox / "7.png")
    (inbox / "folder").mkdir()
    assert all(ear.hears(inbox / name) for name in (os.fsdecode(b"\xff.png"), "7.png", "folder"))


def test_what_leaves_is_not_heard(observer: FolderObserver, ear: Ear, tmp_path: Path) -> None:
    """Our own claims make no events: watchdog would hold each for half a second."""
    inbox = tmp_path / "in"
    inbox.mkdir()
    (inbox / "old.png").touch()
    observer.watch(os.fsencode(inbox))
    (inbox / "old.png").rename(tmp_path / "old.png")
    (inbox / "new.png").touch()
    assert ear.hears(inbox / "new.png")
    assert os.fsencode(inbox / "old.png") not in ear.heard
    (emitter,) = observer._observer.emitters
    assert 0 == emitter.get_event_mask_from_filter() & InotifyConstants.IN_MOVED_FROM


def test_a_folder_is_watched_once_and_forgotten(observer: FolderObserver, tmp_path: Path) -> None:
    """Twice is once; a forgotten folder may be watched again; one that never was is no error."""
    folder = os.fsencode(tmp_path)
    assert (True, True) == (observer.watch(folder), observer.watch(folder))
    observer.forget(folder)
    observer.forget(folder)
    assert observer.watch(folder)


def test_a_folder_that_cannot_be_watched_is_told(
    observer: FolderObserver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Gone, or one too many: False, so that the rescan looks at it. The latter is said, once."""
    assert not observer.watch(os.fsencode(tmp_path / "nowhere"))
    assert [] == caplog.messages
    monkeypatch.setattr(module, "MOST_WATCHED", 0)
    assert (False, False) == (observer.watch(os.fsencode(tmp_path)), observer.watch(os.fsencode(tmp_path)))
    assert 1 == len(caplog.messages)
    assert "0 folders are watched already" in caplog.text


def test_without_inotify_it_is_deaf_and_knows_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The limit of inotify instances: nothing is heard, nothing fails; said once, and when it is over."""

    def refuse() -> None:
        raise OSError(24, "inotify instance limit reached")

    monkeypatch.setattr(module, "_make_observer", refuse)
    observer = FolderObserver(lambda _: None)
    assert (False, False) == (observer.healthy, observer.watch(os.fsencode(tmp_path)))
    assert not observer.mend()
    assert 1 == len(caplog.messages)
    monkeypatch.undo()
    with caplog.at_level("INFO"):
        assert observer.mend()
    assert "file system events are available again" == caplog.messages[-1]
    assert observer.watch(os.fsencode(tmp_path))
    observer.stop()


def test_a_stopped_thread_is_noticed(observer: FolderObserver, tmp_path: Path) -> None:
    """An emitter that ended is not healthy; started anew, folders are watched again."""
    observer.watch(os.fsencode(tmp_path))
    assert observer.healthy
    (emitter,) = observer._observer.emitters
    emitter.stop()
    emitter.join(LONG)
    assert not observer.healthy
    assert observer.mend()
    assert observer.watch(os.fsencode(tmp_path))
    assert observer.healthy
    assert not observer.mend()


@pytest.mark.parametrize("which", ["_inotify_fd", "dispatcher"])
def test_the_threads_behind_them_all_are_noticed_too(
    observer: FolderObserver, ear: Ear, tmp_path: Path, which: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The one that reads from the kernel, the one that calls us: without either no folder is heard; it is said."""
    observer.watch(os.fsencode(tmp_path))
    ended = observer._observer if which == "dispatcher" else observer._observer._inotify_fd
    ended.stop()
    ended.join(LONG)
    assert not observer.healthy
    assert observer.mend()
    assert ["file system events had stopped; they are listened to anew"] == caplog.messages
    assert observer.watch(os.fsencode(tmp_path))
    (tmp_path / "7.png").touch()
    assert ear.hears(tmp_path / "7.png")


def test_a_thread_that_cannot_be_started_is_told(
    observer: FolderObserver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Each folder takes one, and a service may have few: then the rescan finds its files."""

    def refused(_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refused)
    assert not observer.watch(os.fsencode(tmp_path))
    observer.start()
    assert not observer.healthy
    assert 1 == caplog.text.count("can't start new thread")
