"""A contact sheet: all pictures of a folder as small tiles, the doubtful ones first, on as many pages as they take."""

import tempfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

from watcher import bars
from watcher.drawing import canvas, tile
from watcher.drawing.canvas import DARK, PALE, Image, write
from watcher.drawing.tile import Answer, Shot
from watcher.errors import SurroundingsError
from watcher.recognition.recogniser import Sight
from watcher.recognition.verdict import Status

_URGENCY = {Status.REVIEW: 0, Status.UNREADABLE: 1, Status.OK: 2}


@dataclass(frozen=True)
class Page:
    """Pixels of a page. scale: of its tiles and letters."""

    width: int
    height: int
    scale: int

    margin: int = 36
    gap: int = 8
    head: int = 48  # above the tiles, at scale 1

    @property
    def columns(self) -> int:
        """How many tiles stand side by side."""
        return (self.width - 2 * self.margin + self.gap) // (tile.WIDTH * self.scale + self.gap)

    @property
    def rows(self) -> int:
        """How many stand one below the other."""
        room = self.height - 2 * self.margin - self.head * self.scale + self.gap
        return room // (tile.HEIGHT * self.scale + self.gap)


PAGES = {
    "a4": Page(1240, 1754, scale=1),  # 150 dpi
    "phone": Page(1080, 2340, scale=2),
}
Order = Callable[[Answer], tuple[Any, ...]]
ORDERS: dict[str, Order] = {
    "status": lambda answer: (_URGENCY[answer.status], answer.confidence or 0, answer.number),
    "confidence": lambda answer: (answer.confidence or 0, answer.number),
    "name": lambda answer: (answer.number,),
}


class _Kept(NamedTuple):
    answer: Answer
    begins: int
    length: int


class ContactSheet:
    """Collects what was read, then draws it. Pixels wait in a temporary file: memory holds a page, and the names."""

    def __init__(self, path: Path, *, page: str = "a4", order: str = "status") -> None:
        """page: of PAGES; order: of ORDERS. Raises UsageError where no picture can be written to `path`."""
        canvas.check_target(path, "sheet")
        self._path, self._page, self._order = path, PAGES[page], ORDERS[order]
        self._kept: list[_Kept] = []
        with _room_is_needed():
            self._file = tempfile.TemporaryFile()  # noqa: SIM115  closed at the end of the `with`

    def __enter__(self) -> "ContactSheet":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, name: str, sight: Sight) -> None:
        """One more. Raises SurroundingsError where there is no room for it."""
        data = zlib.compress(Shot.of(sight, self._page.scale).to_bytes(), 1)
        with _room_is_needed():
            begins = self._file.tell()
            self._file.write(data)
        self._kept.append(_Kept(Answer.of(len(self._kept) + 1, name, sight), begins, len(data)))

    def draw(self) -> list[Path]:
        """Write the pages, and say where they are: `path`, or where there are several, that with numbers.

        Raises UsageError where one cannot be written.
        """
        kept = sorted(self._kept, key=lambda one: self._order(one.answer))
        each = self._page.columns * self._page.rows
        parts = [kept[at : at + each] for at in range(0, len(kept), each)] or [[]]
        paths = [self._path_of(number, len(parts)) for number in range(1, len(parts) + 1)]
        title = summary(Counter(one.answer.status for one in kept))
        for number, (part, path) in enumerate(bars.each(list(zip(parts, paths, strict=True)), "pages", "draw"), 1):
            canvas.save(self._drawn(part, title, f"page {number} of {len(parts)}"), path, "sheet")
        return paths

    def _path_of(self, number: int, count: int) -> Path:
        if count == 1:
            return self._path
        return self._path.with_name(f"{self._path.stem}-{number:0{len(str(count))}}{self._path.suffix}")

    def _drawn(self, part: Sequence[_Kept], title: str, place: str) -> Image:
        page, scale = self._page, self._page.scale
        wide, high = tile.WIDTH * scale + page.gap, tile.HEIGHT * scale + page.gap
        top = page.margin + page.head * scale
        rows = -(-len(part) // page.columns)
        image = canvas.sheet_of_paper(top + rows * high - page.gap + page.margin, page.width)
        write(image, title, (page.margin, page.margin + 18 * scale), 0.6 * scale, DARK, scale)
        write(image, place, (page.margin, page.margin + 36 * scale), 0.45 * scale, PALE)
        for number, one in enumerate(part):
            y, x = top + number // page.columns * high, page.margin + number % page.columns * wide
            drawn = tile.draw_tile(one.answer, self._shot(one), scale)
            image[y : y + len(drawn), x : x + len(drawn[0])] = drawn
        return image

    def _shot(self, one: _Kept) -> Shot:
        with _room_is_needed():
            self._file.seek(one.begins)
            return Shot.from_bytes(zlib.decompress(self._file.read(one.length)), self._page.scale)


def summary(statuses: Counter[Status]) -> str:
    """How many pictures there are of each status, in words."""
    count = statuses.total()
    parts = ", ".join(f"{statuses[status]:,} {status}" for status in Status if statuses[status])
    return f"{count:,} picture{'s' * (count != 1)}" + (f": {parts}" if parts else "")


@contextmanager
def _room_is_needed() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SurroundingsError(
            f"cannot keep the pictures for the sheet in {tempfile.gettempdir()}: {error.strerror}",
            hint="Make room there, or name another folder: TMPDIR=DIR.",
        ) from error
