"""The file below a sheet: opened safely, begun with its header, appended to, and written over where that is due."""

import codecs
import fcntl
import logging
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from itertools import count

from watcher.beneath import open_beneath
from watcher.durable import rename_new, sync_folders, write_all
from watcher.errors import SurroundingsError
from watcher.records import signed64
from watcher.rotation import set_aside
from watcher.rows import readable_name
from watcher.tail import BLOCK, last_rows

log = logging.getLogger(__name__)


class SheetFile:
    """results.csv or results.jsonl as a file. `header` is its first line, with its end; it may be empty."""

    def __init__(self, path: bytes, header: bytes) -> None:
        self._path, self._header = path, header
        self._newline = b"\r\n" if header else b"\n"
        self.descriptor = -1
        self.dev = self.ino = 0

    def __str__(self) -> str:
        return os.fsdecode(self._path)

    @property
    def size(self) -> int:
        """Of the open file, in bytes."""
        return os.fstat(self.descriptor).st_size

    @property
    def header_size(self) -> int:
        """In bytes."""
        return len(self._header)

    def stands(self) -> bool:
        """Whether the open file is the one that people see under the name, and has its header."""
        with suppress(FileNotFoundError):
            found = os.lstat(self._path)
            same = (signed64(found.st_dev), signed64(found.st_ino)) == (self.dev, self.ino)
            return same and (not self._header or self._has_header())
        return False

    def open(self) -> None:
        """Open what is under the name; begin a new file where there is none, or one with other columns.

        Raises SurroundingsError where something stands there that is no file.
        """
        self.close()
        self._refuse_what_is_no_file()
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        self.descriptor = os.open(self._path, flags, 0o640)
        if self._header and not self._begins_right():
            self._set_aside()
            self.open()
            return
        found = os.fstat(self.descriptor)
        self.dev, self.ino = signed64(found.st_dev), signed64(found.st_ino)
        if not found.st_size:
            write_all(self.descriptor, self._header)
            os.fsync(self.descriptor)
            self.sync_name()

    def _refuse_what_is_no_file(self) -> None:
        with suppress(FileNotFoundError):
            if not stat.S_ISREG(os.lstat(self._path).st_mode):
                raise SurroundingsError(
                    f"{self} is no regular file",
                    hint="Move it away; the results then go on in a new file of that name.",
                )

    def _begins_right(self) -> bool:
        """Whether the columns are ours. A header that was torn when the file was made is cut, to be written anew.

        Spreadsheets add a byte order mark and quotes, and change line ends, when they save.
        """
        start = os.pread(self.descriptor, 2 * len(self._header), 0)
        if len(start) <= len(self._header) and self._header.startswith(start.rstrip(b"\0")):
            if start != self._header:
                os.ftruncate(self.descriptor, 0)
            return True
        return self._has_header()

    def _has_header(self) -> bool:
        return is_header(os.pread(self.descriptor, 2 * len(self._header), 0), self._header)

    def _set_aside(self) -> None:
        """Another column set begins a new file; the old one stays beside it."""
        stem, _, suffix = self._path.rpartition(b".")
        for number in count(1):
            aside = stem + f"-old{number}.".encode() + suffix
            with suppress(FileExistsError):
                rename_new(self._path, aside)
                self.sync_name()  # before there is a new file of that name
                log.warning("%s had other columns; it is now %s", self, readable_name(aside))
                return

    def set_aside(self, stem: str, place: tuple[int, int]) -> None:
        """Give what stands under the name another one, with the same suffix, if that device and inode are its own.

        The change is not durable yet.
        """
        aside = b"%b/%b.%b" % (os.path.dirname(self._path), os.fsencode(stem), self._path.rpartition(b".")[2])
        with suppress(FileNotFoundError):
            found = os.lstat(self._path)
            if (signed64(found.st_dev), signed64(found.st_ino)) != place:
                return  # that was done, or a person moved it away
            try:
                rename_new(self._path, aside)
            except FileExistsError:
                log.warning("%s is not set aside: there is a file %s already", self, readable_name(aside))

    def set_aside_files(self) -> Iterator[tuple[str, list[str]]]:
        """Paths of files that were set aside, the newest day first, each with the ids at its end, where it has any."""
        folder, name = os.path.split(self._path)
        stem, suffix = os.path.splitext(name)
        for path in reversed(set_aside(folder, suffix, stem)):
            with suppress(OSError), open(open_beneath(folder, os.path.basename(path), os.O_RDONLY), "rb") as file:
                regular = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
                if regular and (rows := last_rows(file.fileno())):
                    yield os.fsdecode(path), rows

    def write(self, rows: bytes) -> None:
        """Append whole rows, on a line of their own. On an error nothing of them stays, where that can be done."""
        end = self.size
        if end and os.pread(self.descriptor, 1, end - 1) != b"\n":
            rows = self._newline + rows  # a person's editor left no newline
        self.append(rows)

    def append(self, data: bytes) -> None:
        """Append bytes as they are, all or, where that can be done, none."""
        end = self.size
        try:
            write_all(self.descriptor, data)
        except OSError:
            with suppress(OSError):
                os.ftruncate(self.descriptor, end)  # people should not see half a row while the disk is full
            raise

    def cut(self, size: int) -> None:
        """Make it that short."""
        os.ftruncate(self.descriptor, size)

    def write_again(self, start: int) -> None:
        """Write the same bytes over what stands from `start` on, so that the next fsync is about them.

        After a kill they may be in memory only. And after an fsync that failed, the kernel takes them for
        clean: it would say that all is well and never write them (Rebello et al., "Can applications recover
        from fsync failures?", USENIX ATC 2020).
        """
        flags = fcntl.fcntl(self.descriptor, fcntl.F_GETFL)
        fcntl.fcntl(self.descriptor, fcntl.F_SETFL, flags & ~os.O_APPEND)  # with it pwrite would append
        try:
            while block := os.pread(self.descriptor, BLOCK, start):
                start += os.pwrite(self.descriptor, block, start)
        finally:
            fcntl.fcntl(self.descriptor, fcntl.F_SETFL, flags)

    def sync(self) -> None:
        """Put what was written on disk."""
        os.fsync(self.descriptor)

    def sync_name(self) -> None:
        """Put its name on disk."""
        sync_folders([os.path.dirname(self._path)])

    def close(self) -> None:
        """Close it."""
        descriptor, self.descriptor = self.descriptor, -1
        if descriptor >= 0:
            with suppress(OSError):  # of a share that is lost: what it says of that, `fsync` has said before
                os.close(descriptor)


def is_header(start: bytes, header: bytes) -> bool:
    """Say whether a file that begins so has these columns, whatever program saved it last."""
    first_line = start.removeprefix(codecs.BOM_UTF8).partition(b"\n")[0].rstrip(b"\r")
    return first_line.replace(b'"', b"") == header.rstrip()
