"""People and programs that drop pictures, all at once, in every way there is; each knows what must come of it."""

import ctypes
import errno
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

from tests.end_to_end.conservation import Version
from tests.end_to_end.place import sha256
from tests.soak.pictures import picture
from watcher.durable import rename_new

_EXCHANGE = 2  # of renameat2: both names stay, each with the other's file
_IN_A_FOLDER = 12
_AT_ONCE = 8  # copies that are under way at the same time
_HARD = ('=1+1,"{}"', "zwei\nzeilen {}", "ünï😀{}", "{}" + "x" * 200, "-{}\t'", "{} .png")
_libc = ctypes.CDLL(None, use_errno=True)
Copy = Iterator[None]


class Arrivals(threading.Thread):
    """Drops pictures as fast as it is allowed to, in an order that the seed says, until it is told to finish."""

    def __init__(self, inbox: Path, outside: Path, seed: int) -> None:
        """outside: a folder on the same filesystem, for what is written before it is moved in."""
        super().__init__()
        self._inbox, self._outside = os.fsencode(inbox), os.fsencode(outside)
        self._random = random.Random(seed)
        self._allowed, self._number, self._counted, self._over = 0, 0, 0, False
        self._names = count(1)
        self._under_way: list[Copy] = []
        self._moved_in: list[bytes] = []
        self.dropped: Counter[str] = Counter()
        self.came_back: set[Version] = set()
        self.problem: BaseException | None = None

    @property
    def count(self) -> int:
        """How many are in the inbox, or were."""
        return self._counted

    def allow(self, pictures: int) -> None:
        """Drop so many in all, from the start."""
        self._allowed = pictures

    def finish(self) -> None:
        """Wait until all that was allowed has been dropped. Raises what went wrong."""
        self._over = True
        self.join()
        if self.problem is not None:
            raise self.problem

    def run(self) -> None:
        """Begin copies, and go on with those that were begun, in any order."""
        try:
            while self._under_way or self._counted < self._allowed or not self._over:
                if self._counted < self._allowed and len(self._under_way) < _AT_ONCE:
                    self._under_way.append(self._random.choice(_WAYS)(self))
                if not self._under_way:
                    time.sleep(0.005)
                    continue
                copy = self._random.choice(self._under_way)
                if next(copy, copy) is copy:
                    self._under_way.remove(copy)
        except BaseException as problem:  # noqa: BLE001  told by `finish`
            self.problem = problem

    # -- the ways ------------------------------------------------------------------------------------

    def _plainly(self) -> Copy:
        """Written to the end in one go, under its own name."""
        self._write(self._new_name(), self._new_picture())
        yield

    def _by_part(self) -> Copy:
        """Under a temporary name first, as browsers do; some into folders."""
        folder = self._random.choice((b"", b"sub/", b"sub/deeper/", b"other/"))
        name, data = folder + self._new_name(), self._new_picture()
        self._write(name + b".part", data, counts=False)
        yield
        rename_new(self._in(name + b".part"), self._in(name))
        self._count(sha256(data))

    def _slowly(self) -> Copy:
        """In pieces with pauses between: the daemon sees halves."""
        name, data = self._new_name(), self._new_picture()
        with open(self._in(name), "wb", buffering=0) as file:
            for start in range(0, len(data), 200):
                file.write(data[start : start + 200])
                yield
        self._count(sha256(data))

    def _broken(self) -> Copy:
        """Cut off, and never gone on with; or no picture at all, with a picture's name."""
        data = self._new_picture()
        self._write(self._new_name(), data[:-30] if self._random.random() < 0.5 else data[:8] + os.urandom(50))
        yield

    def _twice(self) -> Copy:
        """The same bytes under two names are two pictures."""
        data = self._new_picture()
        self._write(self._new_name(), data)
        yield
        self._write(b"again-" + self._new_name(), data)

    def _with_a_hard_name(self) -> Copy:
        self._number += 1
        name = self._random.choice(_HARD).format(self._number).encode() + b".png"
        if self._random.random() < 0.2:
            name = b"\xff\xfe-%d.png" % self._number
        self._write(name, picture(f"hard {self._number}"))
        yield

    def _as_a_folder(self) -> Copy:
        """Made elsewhere and moved in whole, with a folder in it; earlier ones that are empty are taken away."""
        folder = self._outside + b"/folder%d" % self._number
        os.makedirs(folder + b"/inner")
        inside = []
        for place in (b"/", *[b"/inner/"] * _IN_A_FOLDER):
            data = self._new_picture()
            with open(folder + place + self._new_name(), "wb") as file:
                file.write(data)
            inside.append(sha256(data))
            yield
        os.rename(folder, self._in(os.path.basename(folder)))
        for sha in inside:
            self._count(sha)
        self._moved_in.append(self._in(os.path.basename(folder)))
        self._tidy_up()

    def _tidy_up(self) -> None:
        for folder in self._moved_in[:-20]:
            with suppress(OSError):  # not empty yet
                os.rmdir(folder + b"/inner")
                os.rmdir(folder)
                self._moved_in.remove(folder)

    def _under_a_used_name(self) -> Copy:
        """A new version under a name of which the last one may wait, be in work or be archived.

        By exchange: of a version that has not been taken yet, the writer gets the file back and knows it.
        """
        data, new = self._new_picture(), self._outside + b"/version%d" % self._number
        target = self._in(b"scan%d.png" % self._random.randrange(4))
        with open(new, "wb") as file:
            file.write(data)
        yield
        while not (_renamed(new, target) or self._exchanged(new, target)):
            pass  # the other one came or went in between
        self._count(sha256(data))

    def _exchanged(self, new: bytes, target: bytes) -> bool:
        if _libc.renameat2(-100, new, -100, target, _EXCHANGE) != 0:
            if ctypes.get_errno() != errno.ENOENT:
                raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), os.fsdecode(target))
            return False
        found = os.stat(new)
        with open(new, "rb") as file:
            self._count(sha256(file.read()), -1)
        self.came_back.add((found.st_ino, found.st_size, found.st_mtime_ns))
        return True  # it stays outside, so that no other file gets its inode

    # -- files ---------------------------------------------------------------------------------------

    def _count(self, sha: str, more: int = 1) -> None:
        self.dropped[sha] += more
        self._counted += more

    def _new_name(self) -> bytes:
        return b"%d.%s" % (next(self._names), self._random.choice((b"png", b"PNG")))

    def _new_picture(self) -> bytes:
        self._number += 1
        return picture(f"number {self._number}")

    def _in(self, name: bytes) -> bytes:
        return self._inbox + b"/" + name

    def _write(self, name: bytes, data: bytes, *, counts: bool = True) -> None:
        path = self._in(name)
        while True:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            try:
                with open(path, "xb") as file:
                    file.write(data)
                break
            except FileNotFoundError:
                continue  # an empty folder, taken away in between
        if counts:
            self._count(sha256(data))


def _renamed(source: bytes, target: bytes) -> bool:
    try:
        rename_new(source, target)
    except FileExistsError:
        return False
    return True


_WAYS: tuple[Callable[[Arrivals], Copy], ...] = (
    *[Arrivals._plainly, Arrivals._by_part, Arrivals._slowly, Arrivals._under_a_used_name] * 6,
    *[Arrivals._twice, Arrivals._with_a_hard_name, Arrivals._broken] * 3,
    Arrivals._as_a_folder,
)
