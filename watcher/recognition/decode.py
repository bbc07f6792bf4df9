"""Bytes of a picture → grey array, within limits that hold before any pixel is allocated.

Readers are limited to BYTES_PER_PIXEL: steps that would make whole copies work in place or in strips.
"""

import ctypes
import errno
import os
import sys
from dataclasses import dataclass

import numpy as np
import numpy.ma  # here: np.percentile loads it late, and a confined reader opens no files
from numpy.typing import NDArray

from watcher.recognition.formats import Header, read_header
from watcher.recognition.quiet import hushed
from watcher.recognition.verdict import Reason, Unreadable

# OpenCV reads these once, when it is imported. Its own pixel limit stands behind ours.
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(1 << 27))
os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")
import cv2

cv2.setNumThreads(1)  # one picture, one core: the workers are the parallelism

# The most that any legal picture takes at once, beside the bytes of its file. Measured at 50 megapixels: 16 for
# 16-bit RGBA (OpenCV copies what it decoded once), 12 for 16-bit colour, 11 for progressive CMYK JPEG, 8 for RGBA,
# 6 for colour and 2 for grey in 8 bits.
BYTES_PER_PIXEL = 16
_STRIP = 1 << 16  # pixels


@dataclass(frozen=True, slots=True)
class Limits:
    """max_pixels: width × height, at most; max_bytes: size of the file, at most."""

    max_pixels: int = 50_000_000
    max_bytes: int = 64 * 1024 * 1024

    @property
    def memory(self) -> int:
        """Bytes that reading any legal picture takes at most, beside the program: the file twice, the pixels, the rest.

        Twice, as TIFF keeps a strip as it is stored, and that may be all of the file.
        """
        return 2 * self.max_bytes + BYTES_PER_PIXEL * self.max_pixels + (64 << 20)


DEFAULT_LIMITS = Limits()


def inspect(data: bytes, limits: Limits) -> Header:
    """Look at the header alone.

    Raises Unreadable: EMPTY_FILE, UNSUPPORTED_FORMAT, CORRUPT, TOO_LARGE or SEVERAL_FRAMES.
    """
    if len(data) > limits.max_bytes:
        raise Unreadable(Reason.TOO_LARGE, f"the file has {len(data):,} bytes; the limit is {limits.max_bytes:,}")
    header = read_header(data)
    if header.width * header.height > limits.max_pixels:
        size = f"{header.width} × {header.height}"
        raise Unreadable(Reason.TOO_LARGE, f"the picture has {size} pixels; the limit is {limits.max_pixels:,}")
    if header.frames > 1:
        raise Unreadable(Reason.SEVERAL_FRAMES, f"the file holds {header.frames} pictures; save them one by one")
    return header


def decode(data: bytes, limits: Limits = DEFAULT_LIMITS) -> NDArray[np.uint8]:
    """Decode to (height, width) uint8 grey, 0 black, turned as EXIF says.

    Raises Unreadable as `inspect` does, and CORRUPT where the pixels cannot be decoded.
    """
    return decode_pixels(data, inspect(data, limits))


def decode_pixels(data: bytes, header: Header) -> NDArray[np.uint8]:
    """The second half of `decode`, for callers that keep the header."""
    # UNCHANGED alone keeps alpha, and is the one flag that ignores EXIF rotation: only where alpha is.
    flags = cv2.IMREAD_UNCHANGED if header.alpha else cv2.IMREAD_ANYCOLOR | cv2.IMREAD_ANYDEPTH
    return to_grey(_to_eight_bits(_pixels(data, flags, header.format.upper())))


def _pixels(data: bytes, flags: int, kind: str) -> NDArray[np.generic]:
    """As stored. Raises Unreadable(CORRUPT), or MemoryError where what the decoder lacked was memory."""
    _errno().value = 0
    try:
        with hushed:
            pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error as error:
        if error.code == cv2.Error.STS_NO_MEM:
            raise MemoryError(str(error)) from error
        pixels = None
    if pixels is not None:
        return pixels
    # The libraries behind OpenCV give up in the same way over broken bytes and for want of memory.
    if _errno().value == errno.ENOMEM:
        raise MemoryError(f"the {kind} decoder was refused memory")
    raise Unreadable(Reason.CORRUPT, f"the {kind} cannot be decoded")


def _errno() -> ctypes.c_int:
    """The C library's errno of this thread."""
    where: ctypes._Pointer[ctypes.c_int] = _errno_location()
    return where.contents


_errno_location = getattr(ctypes.pythonapi, "__errno_location" if sys.platform == "linux" else "__error")
_errno_location.restype = ctypes.POINTER(ctypes.c_int)


def _to_eight_bits(pixels: NDArray[np.generic]) -> NDArray[np.uint8]:
    if pixels.dtype == np.uint8:
        return pixels.astype(np.uint8, copy=False)
    if pixels.dtype != np.uint16:
        raise Unreadable(Reason.UNSUPPORTED_FORMAT, f"pixels of type {pixels.dtype}; save it with 8 or 16 bits")
    # Scanners store 10, 12 or 14 bits in 16: the range in use decides, not the container.
    bits = max(8, int(pixels.max()).bit_length())
    np.right_shift(pixels, bits - 8, out=pixels)
    return pixels.astype(np.uint8)


def to_grey(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(h, w), (h, w, 2 to 4) uint8 in OpenCV's channel order → (h, w) uint8 grey."""
    if pixels.ndim == 2:
        return pixels
    channels = pixels.shape[2]
    if channels == 2:
        return _over_paper(pixels[..., 0], pixels[..., 1])
    if channels == 4:
        return _over_paper(_one_channel(pixels[..., :3]), pixels[..., 3])
    return _one_channel(pixels)


def _one_channel(colour: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Luminance, unless ink of a pale colour shows far better in one channel (yellow on white: in blue)."""
    grey = np.ascontiguousarray(cv2.cvtColor(np.ascontiguousarray(colour), cv2.COLOR_BGR2GRAY), np.uint8)
    step = max(1, max(colour.shape[:2]) // 256)
    sample = colour[::step, ::step].reshape(-1, 3)
    low, high = np.percentile(sample, (1, 99), axis=0)
    spread = high - low
    best = int(np.argmax(spread))
    luminance_low, luminance_high = np.percentile(grey[::step, ::step], (1, 99))
    if spread[best] > 2 * (luminance_high - luminance_low) + 8:
        return np.ascontiguousarray(colour[..., best])
    return grey


def _over_paper(grey: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Lay a picture with alpha (255 opaque) on paper that its ink shows on."""
    if alpha.min() == 255:
        return grey
    solid = grey[alpha > 127]
    if solid.size == 0:
        return np.full_like(grey, 255)
    low, middle, high = np.percentile(solid, (1, 50, 99))
    ink_alone = high - low <= 64  # then alpha is its shape; else what is clear is more of the painted paper
    paper = (255.0 if middle < 128 else 0.0) if ink_alone else float(middle)
    laid = np.empty_like(grey)
    rows = max(1, _STRIP // grey.shape[1])
    for top in range(0, len(grey), rows):
        strip = slice(top, top + rows)
        weight = alpha[strip].astype(np.float32) / 255
        laid[strip] = np.rint(grey[strip] * weight + paper * (1 - weight))
    return laid
