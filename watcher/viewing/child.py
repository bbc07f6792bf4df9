"""The process that opens a picture for people to look at. Run as `python -m watcher.viewing.child`.

It may read no file at all: bytes come over its standard input, a socket, and pixels go back. See `limits` and
`confinement` for what it gives up before the first picture.
"""

import gc
import os
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from watcher.child import begin_as_child, die_with_the_parent
from watcher.confinement import confine_to
from watcher.limits import OUT_OF_MEMORY, is_want_of_memory, limit_process, limit_time
from watcher.viewing.pixels import Pixels, answer, read_asked

if TYPE_CHECKING:
    from watcher.recognition.decode import Limits

_NOBODY = 65_534


def main() -> None:
    """Look at pictures until the parent is gone. argv[1]: the settings as JSON."""
    link, settings = begin_as_child()
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):  # the parent is gone
        _serve(link, settings)


def _serve(link: socket.socket, settings: dict[str, Any]) -> None:
    # OpenCV reads its own limit when it is imported.
    os.environ["OPENCV_IO_MAX_IMAGE_PIXELS"] = str(settings["max_pixels"])
    from watcher.recognition.decode import Limits
    from watcher.recognition.specimens import specimen

    limits, longest = Limits(settings["max_pixels"], settings["max_bytes"]), settings["longest"]
    # What libraries load late they must load now: soon no file can be opened.
    ready = look(specimen("7"), limits, longest)
    gc.freeze()
    limit_process(limits.memory)
    _become_nobody()
    confine_to(None)
    link.sendall(answer(ready))
    while True:
        data = read_asked(link)
        limit_time(settings["seconds"])
        link.sendall(answer(_looked_at(data, limits, longest)))
        del data  # before the next one comes


def _become_nobody() -> None:
    # Root's child needs none of root's rights. Where there is no other user, as in some containers, it stays confined.
    if os.geteuid() == 0:
        with suppress(OSError):
            os.setgroups([])
            os.setgid(_NOBODY)
            os.setuid(_NOBODY)
        die_with_the_parent()


def _looked_at(data: bytes, limits: "Limits", longest: int) -> Pixels:
    try:
        return look(data, limits, longest)
    except Exception as error:
        if is_want_of_memory(error):
            os._exit(OUT_OF_MEMORY)
        raise


def look(data: bytes, limits: "Limits", longest: int) -> Pixels:
    """A picture's pixels, its longer side at most `longest`, and what the network sees of it, as far as there are."""
    from watcher.recognition.decode import decode
    from watcher.recognition.normalise import normalise
    from watcher.recognition.verdict import Unreadable

    try:
        grey = decode(data, limits)
    except Unreadable as problem:
        return Pixels(why=str(problem))
    try:
        seen, why = normalise(grey).digit.tobytes(), ""
    except Unreadable as problem:
        seen, why = b"", str(problem)
    height, width, small = shrunk(grey, longest)
    return Pixels(width, height, small, seen, why)


def shrunk(grey: Any, longest: int) -> tuple[int, int, bytes]:
    """Height, width and pixels of a (h, w) uint8 picture, shrunk by area averaging where it is larger."""
    import cv2
    import numpy as np

    scale = longest / max(grey.shape)
    if scale < 1:
        size = tuple(max(1, round(side * scale)) for side in reversed(grey.shape))
        grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    return grey.shape[0], grey.shape[1], np.ascontiguousarray(grey).tobytes()


if __name__ == "__main__":
    main()
