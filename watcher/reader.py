"""A reader: the process that opens pictures, so that the daemon never does. Run as `python -m watcher.reader`.

Its standard input is a socket to the daemon. It says {"ready": model} or {"error", "hint"} once, then
takes lists of ids and answers each with one entry. It ends when the daemon's end of the socket does.
Messages are JSON: a reader that a hostile picture took over must not be able to run code in the daemon.
"""

import ctypes
import errno
import json
import os
import signal
import stat
import sys
import time
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

FLUSH_SECONDS = 0.02
# A 5, dark on light, as a PGM of 8 × 9 pixels. The first picture pays for what libraries set up late: let it be this.
_FIVE = "........ .######. .#...... .#...... .#####.. ......#. ......#. .#####.. ........"
_SPECIMEN = b"P5 8 9 255\n" + bytes(0 if dot == "#" else 255 for dot in _FIVE.replace(" ", ""))


def main() -> None:
    """Load the model, then read until the daemon is gone. argv[1]: the settings as JSON."""
    settings = json.loads(sys.argv[1])
    _die_with_the_daemon()
    for number in (signal.SIGINT, signal.SIGTERM):  # Ctrl-C and systemd reach the whole group; the daemon decides
        signal.signal(number, signal.SIG_IGN)
    pipe = Connection(os.dup(0))
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):  # the daemon is gone
        _serve(pipe, settings)


def _serve(pipe: Connection, settings: dict[str, Any]) -> None:
    from watcher.errors import ModelError

    try:
        recogniser = _recogniser(settings)
    except ModelError as error:
        _send(pipe, {"error": str(error), "hint": error.hint})
        return
    _send(pipe, {"ready": recogniser.model.name})
    while True:
        answers, flushed = [], time.monotonic()
        for id_ in json.loads(pipe.recv_bytes()):
            answers.append(_answer(recogniser, f"{settings['work']}/{id_}", settings["max_bytes"], id_))
            if time.monotonic() - flushed > FLUSH_SECONDS:
                _send(pipe, answers)
                answers, flushed = [], time.monotonic()
        if answers:
            _send(pipe, answers)


def _die_with_the_daemon() -> None:
    # A reader that hangs over a picture would not notice that its pipe has closed.
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


def _recogniser(settings: dict[str, Any]) -> Any:
    # OpenCV reads its own limit when it is imported.
    os.environ["OPENCV_IO_MAX_IMAGE_PIXELS"] = str(settings["max_pixels"])
    from watcher.recognition.decode import Limits
    from watcher.recognition.model import InputConvention, load_model
    from watcher.recognition.recogniser import Recogniser

    convention = InputConvention.named(settings["scale"], settings["shape"])
    model = load_model(Path(settings["model"]), convention)
    recogniser = Recogniser(model, Limits(settings["max_pixels"], settings["max_bytes"]))
    recogniser.read(_SPECIMEN)
    return recogniser


def _answer(recogniser: Any, path: str, max_bytes: int, id_: str) -> list[Any]:
    try:
        data, found = _bytes_of(path, max_bytes)
    except OSError as error:
        return [id_, None, None, error.errno or errno.EIO, error.strerror]
    verdict = recogniser.read(data)
    fields = [getattr(verdict, name) for name in verdict.__slots__]
    return [id_, fields, [found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns], 0, ""]


def _bytes_of(path: str, max_bytes: int) -> tuple[bytes, os.stat_result]:
    """The file's bytes, one more than allowed at most, and its state after reading."""
    # By path: a descriptor of the work folder would stay with an inbox that is unmounted or made anew.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb", buffering=0) as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "not a regular file")
        pieces, left = [], max_bytes + 1
        while left and (piece := file.read(min(left, 1 << 20))):
            pieces.append(piece)
            left -= len(piece)
        return b"".join(pieces), os.fstat(descriptor)


def _send(pipe: Connection, message: Any) -> None:
    pipe.send_bytes(json.dumps(message).encode())


if __name__ == "__main__":
    main()
