"""The model of this run: read once at the start, handed to every reader, and compared with the disk now and then."""

import logging
import os
import tempfile
from hashlib import sha256
from pathlib import Path

from watcher.errors import ModelError
from watcher.recognition.model_files import ModelFiles, read_model_files

log = logging.getLogger(__name__)
LOOK_SECONDS = 5.0  # between two looks at the disk


class HeldModel:
    """Files of a model in memory, behind a descriptor that readers inherit.

    A reader that starts later, after a crash or a pause, reads by the same model as the others, also where the
    one on disk was replaced or damaged meanwhile.
    """

    def __init__(self, path: Path) -> None:
        """Read it. Raises ModelError where it cannot be read."""
        found = read_model_files(path)
        self._path, self._names = path, list(found.files)
        self.descriptor = in_memory(found.packed())
        self._digest, self._state = _digest(found), self._stated()
        self._next_look = 0.0
        self.outdated = False  # whether the disk has another one now, or none

    def look(self, now: float) -> None:
        """See every few seconds whether the disk still has this model, and say once where it has not."""
        if now < self._next_look:
            return
        self._next_look = now + LOOK_SECONDS
        state = self._stated()
        if state == self._state:
            return
        self._state = state
        outdated = self._found_digest() != self._digest
        if outdated and not self.outdated:
            log.warning(
                "the model at %s is not the one that was loaded at the start any more; pictures are read by the one"
                " that was, until the daemon is started again or told to take the new one (SIGHUP)",
                self._path,
            )
        elif self.outdated and not outdated:
            log.info("the model at %s is again the one in use", self._path)
        self.outdated = outdated

    def close(self) -> None:
        """Give up the memory."""
        os.close(self.descriptor)

    def _stated(self) -> list[tuple[int, int, int] | None]:
        return [_stated(self._path / name) for name in self._names]

    def _found_digest(self) -> str:
        try:
            return _digest(read_model_files(self._path))
        except ModelError:
            return ""


def unpack_held(descriptor: int) -> ModelFiles:
    """What a reader inherited."""
    return ModelFiles.unpacked(held_bytes(descriptor))


def held_bytes(descriptor: int) -> bytes:
    """The same, packed. Leaves the position alone, which it shares with the other readers."""
    size = os.fstat(descriptor).st_size
    data = bytearray()
    while piece := os.pread(descriptor, size - len(data), len(data)):
        data += piece
    return bytes(data)


def in_memory(data: bytes) -> int:
    """A descriptor of a file without a name that holds `data`; where the system can, nobody can change it any more."""
    if hasattr(os, "memfd_create"):
        import fcntl

        descriptor = os.memfd_create("model", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        seals = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL
    else:
        with tempfile.TemporaryFile() as file:
            descriptor, seals = os.dup(file.fileno()), 0
    with open(descriptor, "wb", closefd=False) as file:
        file.write(data)
    if seals:
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, seals)
    return descriptor


def _digest(found: ModelFiles) -> str:
    return sha256(found.packed()).hexdigest()


def _stated(file: Path) -> tuple[int, int, int] | None:
    try:
        now = file.stat()
    except OSError:
        return None
    return now.st_ino, now.st_size, now.st_mtime_ns
