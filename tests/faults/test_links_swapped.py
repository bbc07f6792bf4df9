"""Fault 19, in motion: folders and files of the inbox are swapped for links while the daemon looks at them."""

import ctypes
import os
import threading
from pathlib import Path

import pytest
from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place, sha256
from tests.end_to_end.process import wait_for


class Swapper(threading.Thread):
    """Exchanges two names without a pause, each time by one system call; their number is even at the end."""

    def __init__(self, one: Path, other: Path) -> None:
        super().__init__()
        self._names = os.fsencode(one), os.fsencode(other)
        self._over = threading.Event()
        self.swaps = 0

    def run(self) -> None:
        """Until told to stop."""
        libc, at_cwd, rename_exchange = ctypes.CDLL(None, use_errno=True), -100, 2
        while not self._over.is_set() or self.swaps % 2:
            assert libc.renameat2(at_cwd, self._names[0], at_cwd, self._names[1], rename_exchange) == 0
            self.swaps += 1

    def stop(self) -> None:
        """Leave the names as they were at first."""
        self._over.set()
        self.join()


class Listener(FileSystemEventHandler):
    """Notes what is opened in a folder that nobody should look into."""

    def __init__(self) -> None:
        self.opened: list[str] = []

    def on_opened(self, event: FileSystemEvent) -> None:
        self.opened.append(os.fsdecode(event.src_path))


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "renameat2"), reason="exchanges names by renameat2")
def test_what_a_swapped_link_leads_to_is_never_opened_or_taken(place: Place) -> None:
    """A folder in the inbox is by turns a real one and a link to a folder with pictures of the same names."""
    outside, real = place.root / "outside", place.inbox / "sub"
    outside.mkdir()
    real.mkdir()
    secrets = {f"{n}.png": png(n % 10, f"secret {n}") for n in range(30)}
    for name, data in secrets.items():
        (outside / name).write_bytes(data)
    (place.inbox / ".other").symlink_to(outside)
    inside = os.open(real, os.O_RDONLY)  # the real folder, whatever its name is just now
    listener, observer = Listener(), Observer()
    observer.schedule(listener, str(outside))
    observer.start()
    swapper = Swapper(real, place.inbox / ".other")
    running = place.start()
    swapper.start()
    dropped = []
    try:
        for n in range(60):
            data = png(n % 10, f"dropped {n}")
            with open(os.open(f"{n % 30}-{n}.png" if n % 2 else f"{n % 30}.png", os.O_WRONLY | os.O_CREAT | os.O_EXCL,
                              0o600, dir_fd=inside), "wb") as file:  # fmt: skip
                file.write(data)
            dropped.append(sha256(data))
            if n % 2 == 0:  # the same names again and again: each must be gone before the next
                wait_for(lambda n=n: f"{n % 30}.png" not in os.listdir(inside), f"{n % 30}.png taken")
    finally:
        swapper.stop()
        os.close(inside)
    place.assert_conserved(dropped)
    assert running.process.poll() is None
    assert swapper.swaps > 200
    observer.stop()
    observer.join()
    assert listener.opened == []
    assert {path.name: path.read_bytes() for path in outside.iterdir()} == secrets
