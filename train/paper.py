"""Paper under a sign: shade, light, rules, what shows through, and what a camera or scanner does to it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from train.pen import Coverage, Random

Sheet = NDArray[np.float32]  # (h, w), 0 black to 255 white


def paper(random: Random, shape: tuple[int, int], shade: tuple[float, float] = (120, 250)) -> Sheet:
    """An empty sheet: one shade, uneven light over it, coarse stains."""
    height, width = shape
    down, across = np.linspace(-1, 1, height, dtype=np.float32)[:, None], np.linspace(-1, 1, width, dtype=np.float32)
    level = random.uniform(*shade)
    slope = random.normal(0, 0.06, 3)
    light = 1 + slope[0] * down + slope[1] * across + 0.5 * slope[2] * (down**2 + across**2)
    sheet = np.asarray(level * light, np.float32)
    if random.random() < 0.3:
        side = int(random.integers(3, 9))
        stains = random.normal(0, random.uniform(1, 6), (side, side)).astype(np.float32)
        sheet += cv2.resize(stains, (width, height), interpolation=cv2.INTER_CUBIC)
    return sheet


def shadow(random: Random, sheet: Sheet) -> Sheet:
    """The soft edge of a hand's or phone's shadow across the sheet."""
    height, width = sheet.shape
    angle, at = random.uniform(0, 2 * np.pi), random.uniform(-0.6, 0.6)
    down, across = np.linspace(-1, 1, height, dtype=np.float32)[:, None], np.linspace(-1, 1, width, dtype=np.float32)
    distance = np.cos(angle) * across + np.sin(angle) * down - at
    depth, softness = random.uniform(0.1, 0.4), random.uniform(0.1, 0.6)
    return np.asarray(sheet * (1 - depth * np.clip(distance / softness + 0.5, 0, 1)), np.float32)


def ruled(random: Random, sheet: Sheet, step: float, strength: float) -> Sheet:
    """Lines or squares of an exercise book, `step` px apart and `strength` grey levels deep, slightly turned."""
    height, width = sheet.shape
    slope = random.normal(0, 0.015)
    thick = random.uniform(0.5, max(0.6, min(1.6, step / 10)))
    down, across = np.arange(height, dtype=np.float32)[:, None], np.arange(width, dtype=np.float32)[None, :]
    fields = [down + slope * across + random.uniform(0, step)]
    if random.random() < 0.4:
        fields.append(across - slope * down + random.uniform(0, step))
    for field in fields:
        away = np.abs((field + step / 2) % step - step / 2)
        sheet = np.asarray(sheet - strength * np.clip(thick + 0.5 - away, 0, 1), np.float32)
    return sheet


def lay(sheet: Sheet, coverage: Coverage, place: tuple[int, int], strength: float) -> None:
    """Ink a sign onto the sheet, its top left corner at `place` (row, column); what hangs over is cut off.

    strength: how much of the paper's light full ink takes away, 0 to 1.
    """
    top, left = place
    rows = slice(max(top, 0), max(min(top + coverage.shape[0], sheet.shape[0]), 0))
    columns = slice(max(left, 0), max(min(left + coverage.shape[1], sheet.shape[1]), 0))
    part = sheet[rows, columns]
    if part.size:
        mine = coverage[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
        part *= 1 - np.float32(strength / 255) * mine


def recorded(random: Random, sheet: Sheet, blur: float, noise: float) -> NDArray[np.uint8]:
    """The sheet as a camera or scanner gives it: blur (px), noise (grey levels), mostly through JPEG."""
    if blur > 0.2:
        sheet = np.asarray(cv2.GaussianBlur(sheet, (0, 0), blur), np.float32)
    if noise > 0:
        sheet = sheet + random.standard_normal(sheet.shape, np.float32) * np.float32(noise)
    picture = np.clip(sheet, 0, 255).astype(np.uint8)
    if random.random() < 0.6:
        _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(35, 96))])
        picture = np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)
    return picture


def page(random: Random, sign: Coverage, behind: Coverage | None = None) -> NDArray[np.uint8]:
    """A photograph or scan (h, w) uint8 of one sign on plain, ruled or checked paper, with room around it.

    behind: a sign on the back of the sheet that shows through, mirrored.
    """
    longer = max(sign.shape)
    room = longer * random.uniform(0.08, 0.8, 4)
    shape = (int(sign.shape[0] + room[0] + room[1]), int(sign.shape[1] + room[2] + room[3]))
    sheet = paper(random, shape)
    strength = random.uniform(0.45, 0.95) if random.random() < 0.8 else random.uniform(0.25, 0.45)
    if random.random() < 0.3:
        sheet = ruled(
            random, sheet, max(5.0, longer * random.uniform(0.2, 1.2)), 60 * strength * random.uniform(0.2, 1)
        )
    if behind is not None:
        lay(sheet, behind[:, ::-1], (int(random.integers(shape[0])), int(random.integers(shape[1]))), 0.12 * strength)
    lay(sheet, sign, (int(room[0]), int(room[2])), strength)
    if random.random() < 0.25:
        sheet = shadow(random, sheet)
    blur = random.uniform(0, 0.02) * longer
    picture = recorded(random, sheet, blur, random.uniform(0, 5) * (0.4 + strength))
    return 255 - picture if random.random() < 0.05 else picture
