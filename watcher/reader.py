"""A reader: the process that opens pictures, so that the daemon never does. Run as `python -m watcher.reader`.

Its standard input is a socket to the daemon. It says {"ready": model, "misread"} or {"error", "hint"} once, then
takes lists of ids and answers each with one entry (`watcher.answers`). It ends when the daemon's end does.
Messages are JSON, one a line: a reader that a hostile picture took over must not be able to run code in the daemon.
Before it opens the first picture it gives up all that reading does not need: see `limits` and `confinement`.
"""

import errno
import gc
import json
import os
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from pydantic_core import to_json

from watcher.child import begin_as_child
from watcher.confinement import confine_to
from watcher.limits import OUT_OF_MEMORY, is_want_of_memory, limit_process, limit_time
from watcher.regular import regular_bytes

if TYPE_CHECKING:
    from watcher.answers import Seen, Unread

FLUSH_SECONDS = 0.02
BYTES_AT_ONCE = 1 << 20  # of files that are held, but for the last one
# Beside OUT_OF_MEMORY, which means over the first picture that it read, the exit code that tells the daemon something.
ASK_ANOTHER = 75  # it may be this reader and not the picture: another one can tell


def main() -> None:
    """Load the model, then read until the daemon is gone. argv[1]: the settings as JSON."""
    link, settings = begin_as_child()
    with suppress(BrokenPipeError, ConnectionResetError):  # the daemon is gone
        _serve(link, settings)


def _serve(link: socket.socket, settings: dict[str, Any]) -> None:
    from watcher.errors import ModelError

    try:
        recogniser, misread = _recogniser(settings)
    except ModelError as error:
        _send(link, {"error": str(error), "hint": error.hint})
        return
    limit_process(recogniser.limits.memory)
    _send(link, {"ready": recogniser.model.name, "misread": misread})
    reading = Reading(recogniser, settings["work"], settings["max_bytes"], settings["seconds_per_picture"])
    with link.makefile("rb") as lines:
        for line in lines:
            answers, flushed = [], time.monotonic()
            for answer in reading.answers(json.loads(line)):
                answers.append(answer)
                if time.monotonic() - flushed > FLUSH_SECONDS:
                    _send(link, answers)
                    answers, flushed = [], time.monotonic()
            if answers:
                _send(link, answers)


def _recogniser(settings: dict[str, Any]) -> tuple[Any, str]:
    """The recogniser, and what it misreads of the specimens.

    The first pictures pay for what libraries set up late: let them be these.
    """
    # OpenCV reads its own limit when it is imported.
    os.environ["OPENCV_IO_MAX_IMAGE_PIXELS"] = str(settings["max_pixels"])
    from watcher.held_model import unpack_held
    from watcher.recognition.decode import Limits
    from watcher.recognition.model import InputConvention, model_of
    from watcher.recognition.recogniser import Recogniser
    from watcher.recognition.specimens import misread

    convention = InputConvention.named(settings["scale"], settings["shape"])
    model = model_of(unpack_held(settings["model"]), convention).accepting(settings["accepted_error"])
    os.close(settings["model"])
    recogniser = Recogniser(model, Limits(settings["max_pixels"], settings["max_bytes"]))
    found = misread(recogniser)
    gc.freeze()  # what is here now stays: nothing that every collection would have to walk through
    return recogniser, found


class _File(NamedTuple):
    """A picture's bytes, and its state after reading; or the errno of what could not be read."""

    id: str
    data: bytes = b""
    found: os.stat_result | None = None
    errno: int = 0


class Reading:
    """Pictures out of one folder, each within its limits.

    work: the folder. max_bytes: of a file, more are not read. seconds: that one picture may take.
    """

    def __init__(self, recogniser: Any, work: str, max_bytes: int, seconds: float) -> None:
        self._recogniser, self._work = recogniser, work
        self._max_bytes, self._seconds = max_bytes, seconds
        self._confined = self._has_read = False

    def answers(self, ids: Sequence[str]) -> Iterator["Seen | Unread"]:
        """What is to be said of each picture. Ends the process where it is refused memory, or its folder."""
        while ids:
            files, size = list[_File](), 0
            while len(files) < len(ids) and size < BYTES_AT_ONCE:
                files.append(self._file(ids[len(files)]))
                size += len(files[-1].data)
            ids = ids[len(files) :]
            yield from self._read(files)

    def _read(self, files: Sequence["_File"]) -> Iterator["Seen | Unread"]:
        verdicts = self._recogniser.read_all(file.data for file in files if file.found)
        for file in files:
            if file.found is None:
                yield file.id, file.errno, os.strerror(file.errno)
                continue
            limit_time(self._seconds)
            try:
                v = next(verdicts)
            except Exception as error:
                if is_want_of_memory(error):
                    self._end_for_memory()
                raise
            self._has_read = True
            identity = (file.found.st_dev, file.found.st_ino, file.found.st_size, file.found.st_mtime_ns)
            yield file.id, v.status, v.reason, v.sha256, v.scores, v.width, v.height, v.detail, identity

    def _file(self, id_: str) -> "_File":
        try:
            return _File(id_, *self._bytes_of(id_))
        except MemoryError:
            self._end_for_memory()
        except OSError as error:
            return _File(id_, errno=error.errno or errno.EIO)

    def _bytes_of(self, id_: str) -> tuple[bytes, os.stat_result]:
        if not self._confined:  # not at the start: the folder need not be there yet
            confine_to(self._work)
            self._confined = True
        try:
            return bytes_of(f"{self._work}/{id_}", self._max_bytes)
        except PermissionError:
            self._look_for_the_folder()
            raise

    def _look_for_the_folder(self) -> None:
        # An inbox that was made or mounted anew has a work folder that this process has no right to.
        try:
            os.close(os.open(self._work, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))
        except OSError:
            os._exit(ASK_ANOTHER)

    def _end_for_memory(self) -> NoReturn:
        # What earlier pictures left behind may be what is missing now.
        os._exit(ASK_ANOTHER if self._has_read else OUT_OF_MEMORY)


def bytes_of(path: str, max_bytes: int) -> tuple[bytes, os.stat_result]:
    """The file's bytes, one more than allowed at most, and its state after reading."""
    # By path: a descriptor of the work folder would stay with an inbox that is unmounted or made anew.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        return regular_bytes(descriptor, max_bytes)
    finally:
        os.close(descriptor)


def _send(link: socket.socket, message: Any) -> None:
    link.sendall(to_json(message) + b"\n")


if __name__ == "__main__":
    main()
