"""Bytes of a picture → grey array, within limits that hold before any pixel is allocated."""

import os
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from watcher.recognition.formats import Header, read_header
from watcher.recognition.verdict import Reason, Unreadable

# OpenCV reads these once, when it is imported. Its own pixel limit stands behind ours.
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(1 << 27))
os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")
import cv2

cv2.setNumThreads(1)  # one picture, one core: the workers are the parallelism


@dataclass(frozen=True, slots=True)
class Limits:
    """max_pixels: width × height, at most; max_bytes: size of the file, at most."""

    max_pixels: int = 50_000_000
    max_bytes: int = 64 * 1024 * 1024


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
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error as error:
        raise Unreadable(Reason.CORRUPT, f"the {header.format.upper()} cannot be decoded") from error
    if pixels is None:
        raise Unreadable(Reason.CORRUPT, f"the {header.format.upper()} cannot be decoded")
    return to_grey(_to_eight_bits(pixels))


def _to_eight_bits(pixels: NDArray[np.generic]) -> NDArray[np.uint8]:
    if pixels.dtype == np.uint8:
        return pixels.astype(np.uint8, copy=False)
    if pixels.dtype != np.uint16:
        raise Unreadable(Reason.UNSUPPORTED_FORMAT, f"pixels of type {pixels.dtype}; save it with 8 or 16 bits")
    # Scanners store 10, 12 or 14 bits in 16: the range in use decides, not the container.
    bits = max(8, int(pixels.max()).bit_length())
    return np.asarray(pixels >> (bits - 8), np.uint8)  # type: ignore[operator]


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
    weight = alpha.astype(np.float32) / 255
    return np.asarray(np.rint(grey * weight + paper * (1 - weight)), np.uint8)
