"""watcher.recognition.decode: want of memory is no fault of the picture, and legal ones need what is said."""

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

SIDE = 2000
PIXELS = SIDE * SIDE

# Each size in a process of its own: the libraries keep memory that they had, and lose some that they were refused.
_UNDER_LIMITS = """
import os, resource, sys
from pathlib import Path
from watcher.recognition.decode import BYTES_PER_PIXEL, decode
from watcher.recognition.verdict import Unreadable

data, pixels = Path(sys.argv[1]).read_bytes(), int(sys.argv[2])
for sixteenths in range(0, 17):
    if os.fork():
        os.wait()
        continue
    # Here and not before: a thread of the parent's that begins late has mapped an arena meanwhile.
    mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    most = mapped + (pixels * BYTES_PER_PIXEL + (8 << 20)) * sixteenths // 16
    resource.setrlimit(resource.RLIMIT_AS, (most, resource.RLIM_INFINITY))
    try:
        decode(data)
        said = "read"
    except MemoryError:
        said = "memory"
    except Unreadable as error:
        said = str(error.reason)
    os.write(1, said.encode() + b"\\n")
    os._exit(0)
"""


def picture(kind: str) -> bytes:
    """A file of 4 megapixels: name of a kind that OpenCV writes, with channels and bits before it."""
    channels, bits, suffix = int(kind[0]), int(kind[1:3]), kind[3:]
    rows = np.linspace(0, 255, SIDE * channels).astype(np.uint8).reshape(1, SIDE, channels)
    pixels = np.repeat(rows, SIDE, axis=0)
    data = pixels.astype(np.uint16) * 257 if bits == 16 else pixels
    progressive = [cv2.IMWRITE_JPEG_PROGRESSIVE, 1] if suffix == ".jpg" else []
    return cv2.imencode(suffix, data, progressive)[1].tobytes()


@pytest.mark.skipif(sys.platform != "linux", reason="limits on address space are kept by Linux alone")
@pytest.mark.parametrize(
    "kind",
    ["108.png", "416.png", "108.jpg", "308.jpg", "308.webp", "408.webp", "416.tiff", "108.tiff", "308.bmp", "316.ppm"],
)
def test_want_of_memory_is_told_from_broken_bytes(kind: str, tmp_path: Path) -> None:
    """Whichever library is refused, wherever: never `corrupt`. And BYTES_PER_PIXEL is enough for every kind."""
    file = tmp_path / "picture"
    file.write_bytes(picture(kind))
    done = subprocess.run(
        [sys.executable, "-c", _UNDER_LIMITS, str(file), str(PIXELS)], capture_output=True, text=True, check=True
    )
    found = done.stdout.split()
    assert {"memory", "read"} == set(found)
    assert "read" == found[-1]
