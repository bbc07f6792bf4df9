"""Strokes → pictures as people make them: any canvas, pen, colour, polarity and place, with or without alpha."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from train.pen import Coverage, Line, Pen, Random, inked, shaped
from train.unipen import Strokes

# Shorter sides of canvases in px, each range with its weight. Most drawn pictures are 28×28.
_SIDES: tuple[tuple[int, int, float], ...] = (
    (28, 28, 0.45), (20, 40, 0.11), (41, 120, 0.18), (121, 300, 0.18), (301, 640, 0.08),
)  # fmt: skip
_LEAST_CONTRAST = 60  # of 255 grey levels between ink and paper
_MOST_INK = 0.55  # of a sign's box: more closes its loops
_MOST_RIM = 0.35  # of the canvas's rim: more and nobody can say which shade is paper


@dataclass(frozen=True, slots=True)
class Drawing:
    """coverage: (h, w) uint8, ink 255 on 0. pen: what it was drawn with."""

    coverage: Coverage
    pen: Pen


def drawing(random: Random, strokes: Strokes, longest: int = 640) -> Drawing:
    """One sign drawn on a canvas of its own, its shorter side at most `longest` px."""
    while True:
        found = _drawing(random, strokes, _canvas(random, longest))
        if _rim(found.coverage).mean() < _MOST_RIM * 255:
            return found


def _drawing(random: Random, strokes: Strokes, canvas: tuple[int, int]) -> Drawing:
    height, width = canvas
    side = min(height, width)
    share = random.uniform(0.6, 0.97) if side <= 40 else random.triangular(0.25, 0.75, 0.98)
    size = share * side
    pen = _pen(random, size)
    size -= pen.width if share * side + pen.width > side else 0
    lines = shaped(random, strokes, size)
    extent = np.concatenate(lines).max(axis=0)
    pen = replace(pen, width=min(pen.width, _widest(lines, extent)))
    room = np.maximum(np.array([width, height]) - extent - pen.width, 0)
    # Most people draw in the middle.
    place = room * (random.beta(3, 3, 2) if random.random() < 0.7 else random.random(2)) + pen.width / 2
    moved = [(line + place - 0.5).astype(np.float32) for line in lines]
    return Drawing(inked(random, moved, (height, width), pen), pen)


def on_canvas(random: Random, sign: Coverage) -> NDArray[np.uint8]:
    """A picture (h, w) uint8 of a sign that is drawn already, with room around it."""
    room = np.rint(max(sign.shape) * random.uniform(0.02, 0.5, (2, 2))).astype(int) + 1
    sheet = np.pad(sign, room.tolist())
    if random.random() < 0.3:
        sheet = np.where(sheet > 127, 255, 0).astype(np.uint8)
    return shaded(random, sheet)


def shaded(random: Random, coverage: Coverage) -> NDArray[np.uint8]:
    """The picture (h, w) uint8 of a drawing, of either polarity and any contrast, as it looks once decoded."""
    paper, ink = _shades(random)
    return np.rint(paper + (ink - paper) * (coverage.astype(np.float32) / 255)).astype(np.uint8)


def encoded(random: Random, strokes: Strokes) -> bytes:
    """A PNG or JPEG file of one sign: grey, colour, or with alpha. One state of `random` gives one file."""
    coverage = drawing(random, strokes).coverage
    kind = random.choice(["grey", "colour", "opaque", "clear", "alpha"], p=[0.3, 0.3, 0.15, 0.13, 0.12])
    pixels = shaded(random, coverage) if kind == "grey" else _coloured(random, coverage, kind)
    if kind in ("grey", "colour") and random.random() < 0.35:
        return _packed(pixels, ".jpg", [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(60, 98))])
    return _packed(pixels, ".png", [cv2.IMWRITE_PNG_COMPRESSION, 1])


def _rim(coverage: Coverage) -> Coverage:
    return np.concatenate([coverage[0], coverage[-1], coverage[:, 0], coverage[:, -1]])


def _widest(lines: list[Line], extent: NDArray[np.float32]) -> float:
    """The pen in px, above 1, that leaves the loops of a sign open: its ink covers half of its box."""
    length = sum(float(np.hypot(*np.diff(line, axis=0).T).sum()) for line in lines)
    width = 1.0
    while width < extent.max() and length * (width + 0.5) < _MOST_INK * float(np.prod(extent + width)):
        width += 0.5
    return width


def _canvas(random: Random, longest: int) -> tuple[int, int]:
    """Height and width; one in four is not square."""
    weights = np.array([weight for _, _, weight in _SIDES])
    low, high, _ = _SIDES[random.choice(len(_SIDES), p=weights / weights.sum())]
    side = min(int(random.integers(low, high + 1)), longest)
    longer = side
    if side != 28 and random.random() < 0.4:
        longer = int(side * random.uniform(1.0, 1.8))
    return (side, longer) if random.random() < 0.5 else (longer, side)


def _pen(random: Random, size: float) -> Pen:
    """A pixel or 1 % of the sign's height at the least, a marker of a fifth at the most."""
    if size < 40:
        width = float(random.choice([1, 2, 3, 4], p=[0.6, 0.22, 0.12, 0.06]))
    else:
        width = max(1.0, size * float(np.exp(random.uniform(np.log(0.01), np.log(0.12)))))
        if random.random() < 0.07:
            width = size * random.uniform(0.12, 0.2)
    hard = random.random() < (0.65 if size < 40 else 0.35)
    nib = str(random.choice(["round", "square", "slanted"], p=[0.78, 0.15, 0.07]))
    if width < 2 or (nib == "slanted" and size < 40):
        nib = "round"
    breaks = size > 50 and random.random() < 0.06
    return Pen(width, hard, nib, pressed=random.random() < 0.25, breaks=breaks)


def _shades(random: Random) -> tuple[float, float]:
    """Grey levels of paper and ink: mostly black on white, one in five light on dark."""
    paper, ink = 255.0, 0.0
    if random.random() < 0.35:
        paper, ink = random.uniform(150, 255), random.uniform(0, 90)
        if random.random() < 0.15:
            ink = paper - random.uniform(25, 60)
    return (255 - paper, 255 - ink) if random.random() < 0.2 else (paper, ink)


def _colours(random: Random) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Paper and ink in OpenCV's order, far enough apart to be seen."""
    luminance = np.array([0.114, 0.587, 0.299])
    paper = np.full(3, 255.0) if random.random() < 0.6 else random.uniform(140, 255, 3)
    dark = random.random() < 0.2
    while True:
        ink = random.uniform(0, 255, 3)
        if float((paper - ink) @ luminance) > _LEAST_CONTRAST:
            return (255 - paper, 255 - ink) if dark else (paper, ink)


def _coloured(random: Random, coverage: Coverage, kind: str) -> NDArray[np.uint8]:
    """(h, w, 3) in colour, or (h, w, 4): opaque, on clear ground, or with ink that only alpha shows."""
    paper, ink = _colours(random)
    weight = (coverage.astype(np.float32) / 255)[..., None]
    laid = np.rint(paper + (ink - paper) * weight).astype(np.uint8)
    if kind == "colour":
        return laid
    alpha = np.full_like(coverage, 255) if kind == "opaque" else coverage
    if kind == "clear":
        laid = np.broadcast_to(np.rint(ink).astype(np.uint8), laid.shape)
    elif kind == "alpha":
        laid = np.full(laid.shape, random.choice([0, 255]), np.uint8)
    return np.concatenate([laid, alpha[..., None]], axis=2)


def _packed(pixels: NDArray[np.uint8], suffix: str, settings: list[int]) -> bytes:
    written, data = cv2.imencode(suffix, pixels, settings)
    if not written:
        raise ValueError(f"OpenCV cannot write {pixels.shape} as {suffix}")
    return data.tobytes()
