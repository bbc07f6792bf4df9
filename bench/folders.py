"""Folders for the bench, and inboxes full of pictures."""

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from watcher.bars import each

_JPEG = b"\xff\xd8"


@contextmanager
def workplace(above: Path | None = None) -> Iterator[Path]:
    """A folder that is gone afterwards. above: in which; None: the current one."""
    with tempfile.TemporaryDirectory(dir=above or Path.cwd(), prefix=".bench-") as folder:
        yield Path(folder)


def drawn(draw: Callable[[Path, int], None], count: int) -> list[bytes]:
    """The files that `draw` makes, as bytes: drawing takes longer than reading, and is done once."""
    with workplace() as folder:
        draw(folder / "drawn", count)
        return [path.read_bytes() for path in sorted((folder / "drawn").iterdir())]


def fill(folder: Path, pictures: Sequence[bytes], count: int, prefix: str = "") -> None:
    """`count` PNG or JPEG files of these bytes, in turn.

    On disk before it ends, so that nobody pays for what others wrote.
    """
    folder.mkdir(exist_ok=True)
    for number in each(range(count), "pictures", "write"):
        data = pictures[number % len(pictures)]
        suffix = ".jpg" if data.startswith(_JPEG) else ".png"
        (folder / f"{prefix}{number:07d}{suffix}").write_bytes(data)
    os.sync()
