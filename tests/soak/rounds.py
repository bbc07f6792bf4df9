"""What is dropped before each start of a daemon that will be killed: every way that a picture may take."""

import json
import sqlite3
import uuid
from contextlib import closing

from tests.end_to_end.conservation import Version
from tests.end_to_end.place import Place, sha256
from tests.soak.injected.quick_reader import CRASH
from tests.soak.pictures import picture
from watcher.ids import IdSource


class Rounds:
    """Drops a few pictures of each kind, and keeps account of them."""

    def __init__(self, place: Place) -> None:
        self._place, self._number = place, 0
        self._dropped: list[str] = []
        self._ids, self.said = IdSource(), set[str]()
        self.spare = place.root / "spare"
        self.spare.mkdir()

    def drop(self) -> None:
        """One round."""
        self._number += 1
        for name, data in self._pictures():
            self._dropped.append(self._place.drop(name, data))
        if not (self._place.inbox / "7.png").exists():
            self._dropped.append(self._place.drop("7.png", picture(f"{self._number} of this name")))
        self._move_folder_in()
        self._to_be_swapped()
        self._strange()
        self._lost_by_the_ledger()
        self._wish()
        self._say()

    def _pictures(self) -> list[tuple[str | bytes, bytes]]:
        n = self._number
        twice = picture(f"{n} twice")
        crashes = [(f"crash{n}.png", picture(f"{n} {CRASH.decode()}"))] if n % 4 == 1 else []
        return [
            (f"a{n}.png", twice), (f"b{n}.png", twice),
            (f"half{n}.png", picture(f"{n} half")[:-20]),
            (f"sub/dir{n % 3}/=1,\"x\"\n{n}.png", picture(f"{n} name")),
            (b"\xff\xfe%d.png" % n, picture(f"{n} bytes")), *crashes,
        ]  # fmt: skip

    def _move_folder_in(self) -> None:
        outside = self._place.root / "outside" / f"moved{self._number}"
        (outside / "deeper").mkdir(parents=True)
        for path in (outside / "1.png", outside / "deeper" / "2.png"):
            data = picture(f"{self._number} {path.name}")
            path.write_bytes(data)
            self._dropped.append(sha256(data))
        outside.rename(self._place.inbox / outside.name)

    def _to_be_swapped(self) -> None:
        """One file in the inbox, another outside it that takes its place just before it is claimed."""
        for kind, cut in (("swapped", None), ("cut", -20)):
            name = f"{kind}{self._number}.png"
            self._dropped.append(self._place.drop(name, picture(f"{name} first")))
            second = picture(f"{name} second")[:cut]
            (self.spare / name).write_bytes(second)
            self._dropped.append(sha256(second))

    def _strange(self) -> None:
        """A picture whose place a link takes just before it is claimed."""
        name = f"link{self._number}.png"
        self._dropped.append(self._place.drop(name, picture(name)))
        (self.spare / name).symlink_to("/etc/hostname")

    def _lost_by_the_ledger(self) -> None:
        """A file in the work folder that no claim tells of."""
        work = self._place.inbox / ".work"
        if work.is_dir():
            data = picture(f"{self._number} stray")
            (work / f"stray{self._number}.png").write_bytes(data)
            self._dropped.append(sha256(data))

    def _wish(self) -> None:
        """The last two archived pictures are to be read again, a rejected one too where there is one."""
        folder = self._place.state / "requests"
        if not folder.is_dir():
            return
        with closing(sqlite3.connect(self._place.state / "ledger.sqlite3")) as db:
            order = "SELECT id FROM pictures WHERE state = 'archived' AND status {} 'ok' ORDER BY seq DESC LIMIT 1"
            ids = [row[0] for sign in ("=", "<>") for row in db.execute(order.format(sign))]
        temporary = folder / f".{uuid.uuid4()}"
        temporary.write_text(json.dumps({"requeue": ids}), encoding="ascii")
        temporary.rename(folder / f"{uuid.uuid4()}.json")

    def _say(self) -> None:
        """Somebody corrects two pictures, the one that is to be read again among them, and takes a third word back."""
        folder, labels = self._place.state / "requests", ("4", "not_a_digit", "")
        if not folder.is_dir():
            return
        with closing(sqlite3.connect(self._place.state / "ledger.sqlite3")) as db:
            order = "SELECT id FROM records WHERE state = 'archived' ORDER BY seq DESC LIMIT 3"
            ids = [row[0] for row in db.execute(order)]
        at = "2026-03-01T12:00:00.000Z"
        said = [[self._ids.new(), id_, label, "Ann", at] for id_, label in zip(ids, labels, strict=False)]
        if not said:
            return
        temporary = folder / f".{uuid.uuid4()}"
        temporary.write_text(json.dumps(said), encoding="ascii")
        temporary.rename(folder / f"{self._ids.new()}.said")
        self.said.update(one[0] for one in said)

    @property
    def dropped(self) -> list[str]:
        """The sha256 of all that was in the inbox until it was taken."""
        left = list(self._dropped)
        for path in self.spare.iterdir():
            if not path.is_symlink():
                left.remove(sha256(path.read_bytes()))
        return left

    @property
    def came_back(self) -> set[Version]:
        """What lies outside the inbox because another file took its place."""
        return {(s.st_ino, s.st_size, s.st_mtime_ns) for s in (path.stat() for path in self.spare.glob("*.back"))}

    @property
    def quarantined(self) -> int:
        """How many links were claimed in the place of a picture."""
        names = (path.name.removesuffix(".back") for path in self.spare.glob("link*.back"))
        return sum(not (self._place.inbox / name).is_symlink() for name in names)
