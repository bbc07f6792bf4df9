"""Pictures that show no single digit, as people would drop them: what a reader must not answer with `ok`.

Drawn by other means than the garbage that a network is trained on (`train.drawings`, `train.world`): a reader that has
only learnt those drawings shall be found out here.
"""

from collections.abc import Callable, Iterator
from functools import cache

import cv2
import numpy as np
from matplotlib import cbook, font_manager
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from train import strokes
from train.digits import Digits
from train.readings import Sample, png
from train.unipen import Strokes

Picture = NDArray[np.uint8]  # (h, w), as it would be saved
Random = np.random.Generator
Draw = Callable[[Random], Picture]

_WORDS = (
    "invoice",
    "total",
    "Dear",
    "the",
    "and",
    "amount",
    "receipt",
    "Name",
    "Sum",
    "from",
    "with",
    "paid",
    "Street",
)
_FONTS = ("DejaVu Sans", "DejaVu Serif", "DejaVu Sans Mono", "STIXGeneral", "cmr10")


def drawn(random: Random, draw: Draw, count: int) -> Iterator[Sample]:
    """`count` pictures of one kind, as PNG files."""
    for index in range(count):
        yield png(draw(random)), "", {"index": str(index)}


def side_by_side(random: Random, digits: Digits) -> Iterator[Sample]:
    """Two to five of the digits in one row, dark on light or light on dark, apart by 2 px to half a digit."""
    for index in range(len(digits) // 2):
        chosen = random.integers(len(digits), size=int(random.integers(2, 6)))
        height = int(random.integers(1, 5)) * 28
        gap = int(height * random.uniform(0.07, 0.5))
        tight = [_tight(digits.pictures[place]) for place in chosen]
        row = np.concatenate([np.pad(one, ((0, 0), (0, gap * 28 // height))) for one in tight], axis=1)
        sheet = np.pad(row, 4 + int(random.integers(0, 20)))
        large = cv2.resize(sheet, None, fx=height / 28, fy=height / 28, interpolation=cv2.INTER_CUBIC)
        label = "".join(str(digits.labels[place]) for place in chosen)
        yield png(np.asarray(255 - large if random.random() < 0.7 else large, np.uint8)), label, {"index": str(index)}


def rows_of_strokes(random: Random, signs: list[Strokes], count: int) -> Iterator[Sample]:
    """Two to four digits of one or several writers, written in a row with one pen."""
    for index in range(count):
        chosen = [signs[place] for place in random.integers(len(signs), size=int(random.integers(2, 5)))]
        lines, at = [], 0.0
        for sign in chosen:
            left = min(float(line[:, 0].min()) for line in sign.lines)
            lines += [line + np.array([at - left, 0], np.float32) for line in sign.lines]
            at = max(float(line[:, 0].max()) for line in lines) + float(random.uniform(150, 500))
        row = Strokes("".join(sign.label for sign in chosen), "several", tuple(lines))
        yield strokes.encoded(random, row), row.label, {"index": str(index)}


def halved(digits: Digits) -> list[int]:
    """The places of those of which `halves` has one."""
    places: list[int] = np.flatnonzero(np.isin(digits.labels, (2, 3, 4, 5))).tolist()
    return places


def halves(random: Random, digits: Digits) -> Iterator[Sample]:
    """Half a digit, cut off by the rim. Left out: halves that are digits to a reader (of 0, 1, 6, 7, 8, 9)."""
    for index in halved(digits):
        tight = _tight(digits.pictures[index])[3:-3]
        side = int(random.integers(2)) if digits.labels[index] != 4 else 0
        half = tight[:10] if side == 0 else tight[-10:]
        sheet = np.pad(half, ((0, 12), (6, 6)) if side == 0 else ((12, 0), (6, 6)))
        large = cv2.resize(sheet, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
        yield png(np.asarray(255 - large, np.uint8)), "", {"index": str(index)}


def _tight(digit: Picture) -> Picture:
    columns = np.flatnonzero(digit.max(axis=0) > 40)
    return digit[:, columns[0] : columns[-1] + 1]


def _side(random: Random) -> int:
    return int(random.choice([28, 28, 32, 64, 100, 200, 400, 800]))


def _either_way(random: Random, ink: Picture) -> Picture:
    """Ink 255 on 0 as dark on light in three of four, with a pen or paper that need not be black or white."""
    low, high = int(random.integers(0, 90)), int(random.integers(190, 256))
    light_on_dark = random.random() < 0.25
    scaled = low + (high - low) * (ink / 255.0 if light_on_dark else 1 - ink / 255.0)
    return np.asarray(scaled, np.uint8)


def white(random: Random) -> Picture:
    """An empty canvas in one shade."""
    shade = int(random.choice([255, 255, 0, int(random.integers(256))]))
    side = _side(random)
    return np.full((side, int(side * random.uniform(0.6, 1.6))), shade, np.uint8)


def paper(random: Random) -> Picture:
    """An empty sheet: grain, stains and light from one side, as a camera sees it."""
    side = max(64, _side(random))
    y, x = np.mgrid[0:side, 0:side] / side
    angle = random.uniform(0, 2 * np.pi)
    sheet = random.uniform(150, 235) + random.uniform(0, 70) * (np.cos(angle) * x + np.sin(angle) * y)
    sheet = sheet + random.normal(0, random.uniform(1, 6), sheet.shape) + 6 * _clouds(random, side)
    return np.asarray(np.clip(sheet, 0, 255), np.uint8)


def gradient(random: Random) -> Picture:
    """A smooth change of shade, in a line or around a middle."""
    side = _side(random)
    y, x = np.mgrid[0:side, 0:side] / side - random.uniform(0, 1, (2, 1, 1))
    ramp = x * random.normal() + y * random.normal() if random.random() < 0.5 else np.hypot(x, y)
    ramp = (ramp - ramp.min()) / (np.ptp(ramp) + 1e-9)
    low, high = sorted(random.uniform(0, 255, 2))
    return np.asarray(low + (high - low) * ramp, np.uint8)


def noise(random: Random) -> Picture:
    """Noise of one of four kinds: even, normal, salt and pepper, or in blocks."""
    side, kind = _side(random), int(random.integers(4))
    if kind == 0:
        return random.integers(0, 256, (side, side), dtype=np.uint8)
    if kind == 1:
        return np.asarray(np.clip(random.normal(128, random.uniform(10, 60), (side, side)), 0, 255), np.uint8)
    if kind == 2:
        share = random.uniform(0.01, 0.4)
        return np.where(random.random((side, side)) < share, np.uint8(0), np.uint8(255))
    coarse = random.integers(0, 256, (int(random.integers(4, 14)),) * 2, dtype=np.uint8)
    return np.asarray(cv2.resize(coarse, (side, side), interpolation=cv2.INTER_NEAREST), np.uint8)


def scribble(random: Random) -> Picture:
    """A pen that runs to and fro: a random walk of its speed, one to three strokes."""
    side = max(28, _side(random))
    sheet = np.zeros((256, 256), np.uint8)
    for _ in range(int(random.integers(1, 4))):
        steps = int(random.integers(200, 500))
        speed = cv2.GaussianBlur(random.normal(0, 1, (steps, 2)), (1, 31), 5)
        path = np.cumsum(speed, axis=0)
        path = (path - path.min(axis=0)) / np.maximum(np.ptp(path, axis=0).max(), 1e-6)
        points = path * random.uniform(150, 220) + random.uniform(8, 30, 2)
        cv2.polylines(sheet, [points.astype(np.int32)], False, 255, int(random.integers(3, 14)), cv2.LINE_AA)
    return _either_way(random, np.asarray(cv2.resize(sheet, (side, side), interpolation=cv2.INTER_AREA), np.uint8))


def hatching(random: Random) -> Picture:
    """What was crossed out or shaded: a pen to and fro across an area, at a slant."""
    sheet = np.zeros((256, 256), np.uint8)
    turns = int(random.integers(5, 14))
    y = np.linspace(40, 215, turns) + random.normal(0, 4, turns)
    x = np.where(np.arange(turns) % 2 == 0, random.uniform(25, 60), random.uniform(190, 230)) + random.normal(
        0, 9, turns
    )
    turn = cv2.getRotationMatrix2D((128, 128), float(random.uniform(0, 180)), 0.9)
    points = np.stack([x, y, np.ones(turns)]).T @ turn.T
    cv2.polylines(sheet, [points.astype(np.int32)], False, 255, int(random.integers(4, 12)), cv2.LINE_AA)
    return _either_way(random, sheet)


def word(random: Random) -> Picture:
    """A printed word of three letters or more, in one of five faces."""
    size = int(random.integers(14, 90))
    face = font_manager.findfont(str(random.choice(_FONTS)))
    font = ImageFont.truetype(face, size)
    text = str(random.choice(_WORDS))
    left, top, right, bottom = font.getbbox(text)
    margin = int(random.integers(3, 30))
    sheet = Image.new("L", (round(right - left) + 2 * margin, round(bottom - top) + 2 * margin))
    ImageDraw.Draw(sheet).text((margin - left, margin - top), text, fill=255, font=font)
    return _either_way(random, np.asarray(sheet, np.uint8))


def photograph(random: Random) -> Picture:
    """A cut from a photograph (a portrait that comes with matplotlib), or shapes under clouds of light."""
    if random.random() < 0.5:
        whole = _portrait()
        side = int(random.integers(40, min(whole.shape)))
        top, left = (int(random.integers(0, length - side + 1)) for length in whole.shape)
        return np.asarray(whole[top : top + side, left : left + side], np.uint8)
    side = int(random.integers(64, 400))
    sheet = 128 + 55 * _clouds(random, side)
    for _ in range(int(random.integers(2, 9))):
        hull = cv2.convexHull(random.integers(-side // 4, side * 5 // 4, (5, 2)).astype(np.int32))
        shape = cv2.fillConvexPoly(np.zeros((side, side)), hull, 1.0)
        shade = random.uniform(0, 255) + 20 * _clouds(random, side)
        sheet = np.where(cv2.GaussianBlur(shape, (0, 0), 1.2) > 0.5, shade, sheet)
    return np.asarray(np.clip(sheet + random.normal(0, 4, sheet.shape), 0, 255), np.uint8)


@cache
def _portrait() -> Picture:
    return np.asarray(
        Image.open(str(cbook.get_sample_data("grace_hopper.jpg", asfileobj=False))).convert("L"), np.uint8
    )


def _clouds(random: Random, side: int) -> NDArray[np.float64]:
    """Noise whose power falls with the square of its frequency, as in photographs; mean 0, deviation 1."""
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(side), np.fft.fftfreq(side)))
    frequency[0, 0] = np.inf
    field = np.fft.ifft2(np.fft.fft2(random.normal(size=(side, side))) / frequency).real
    return np.asarray((field - field.mean()) / max(float(field.std()), 1e-9))


# Each kind with the share that must not be `ok`; None where that is not promised.
KINDS: dict[str, tuple[Draw, float | None]] = {
    "blank: one shade": (white, 0.98),
    "blank: paper": (paper, 0.98),
    "blank: gradient": (gradient, 0.98),
    "noise": (noise, 0.98),
    "scribbles": (scribble, 0.98),
    "scribbles: hatching": (hatching, 0.98),
    "printed words": (word, None),
    "photographs": (photograph, None),
}
