"""Signs as a box cuts them out of a bank cheque: few pixels, printed background, rules, neighbours' strokes."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from train.paper import Sheet, lay, paper, recorded
from train.pen import Coverage, Random

# Heights of boxes in px: 5th, 50th and 95th percentile of those on real cheques are 20, 34 and 54.
_HEIGHT_MIDDLE, _HEIGHT_SPREAD = 34.0, 0.29

# How often a neighbour reaches in from the left, the right, and from above or below.
NEIGHBOURS = (0.4, 0.4, 0.08)


def height(random: Random) -> float:
    """The longer side of a sign on a cheque, in px: 14 to 70."""
    return float(np.clip(_HEIGHT_MIDDLE * np.exp(random.normal(0, _HEIGHT_SPREAD)), 14, 70))


def pen_width(random: Random, size: float) -> float:
    """In px: ballpoints mostly, felt pens now and then."""
    share = random.uniform(0.04, 0.11) if random.random() < 0.85 else random.uniform(0.11, 0.17)
    return max(1.2, size * share)


def cutout(random: Random, sign: Coverage, neighbours: Sequence[Coverage] = ()) -> tuple[NDArray[np.uint8], Coverage]:
    """One sign cut out by its box, (h, w) uint8, dark on paper; and all that a pen wrote there, (h, w), 255 on 0.

    neighbours: signs that stand left, then right, then above or below of it and reach into the box.
    """
    top, bottom, left, right = (int(value) for value in np.rint(random.triangular(-1.4, 1.5, 6.4, 4)))
    shape = (max(8, sign.shape[0] + top + bottom), max(6, sign.shape[1] + left + right))
    sheet = paper(random, shape, (135, 235))
    written = np.full(shape, 255, np.float32)
    strength = random.uniform(0.42, 0.85) if random.random() < 0.85 else random.uniform(0.22, 0.42)
    sheet -= _printed(random, shape) * np.float32(float(sheet.mean()) * strength)
    for side, neighbour in enumerate(neighbours):
        place = _reaching_in(random, neighbour, shape, side)
        lay(sheet, neighbour, place, strength * random.uniform(0.8, 1.05))
        lay(written, neighbour, place, 1.0)
    for rule in _rules(random, shape):
        lay(sheet, rule, (0, 0), strength * random.uniform(0.3, 1.0))
    for part, share in ((sheet, strength), (written, 1.0)):
        lay(part, sign, (top, left), share)
    softest = 0.035 if random.random() < 0.8 else 0.06
    picture = recorded(random, sheet, random.uniform(0.2, softest * max(sign.shape)), random.uniform(0, 5))
    return picture, 255 - written.astype(np.uint8)


def _reaching_in(random: Random, sign: Coverage, shape: tuple[int, int], side: int) -> tuple[int, int]:
    """The place (row, column) of a neighbour: up to a quarter of the box is its own."""
    inside = random.uniform(0.02, 0.25)
    rows, columns = sign.shape
    across = int((shape[0] - rows) * random.uniform(0.2, 0.8) + random.normal(0, 0.1) * shape[0])
    along = int(random.uniform(-0.7, 0.7) * shape[1])
    if side == 0:
        return across, int(inside * shape[1]) - columns
    if side == 1:
        return across, shape[1] - int(inside * shape[1])
    if random.random() < 0.5:
        return int(inside * shape[0]) - rows, along
    return shape[0] - int(inside * shape[0]), along


def _printed(random: Random, shape: tuple[int, int]) -> Sheet:
    """What a printer put under the ink, 0 to about half of the ink's strength: one or two patterns, or none."""
    ground = np.zeros(shape, np.float32)
    for _ in range(random.choice([0, 1, 2], p=[0.2, 0.5, 0.3])):
        pattern = _PATTERNS[random.choice(len(_PATTERNS), p=_WEIGHTS)]
        ground = np.maximum(ground, pattern(random, shape) * np.float32(random.uniform(0.06, 0.42)))
    if random.random() < 0.3:  # a tinted area that ends within the box
        ground += np.float32(random.uniform(0, 0.12)) * _area(random, shape)
    return ground


def _field(random: Random, shape: tuple[int, int], turn: float) -> Sheet:
    """Distance in px along a direction, bent by two slow waves."""
    down, across = np.arange(shape[0], dtype=np.float32)[:, None], np.arange(shape[1], dtype=np.float32)[None, :]
    along = np.cos(turn) * across + np.sin(turn) * down
    field = np.cos(turn) * down - np.sin(turn) * across
    for _ in range(2):
        length = random.uniform(12, 90)
        field = field + np.float32(random.uniform(0, 0.08) * length) * np.sin(
            along * np.float32(2 * np.pi / length) + np.float32(random.uniform(0, 6.28))
        )
    return np.asarray(field, np.float32)


def _guilloche(random: Random, shape: tuple[int, int]) -> Sheet:
    """A family of fine wavy lines."""
    turn = random.normal(0, 0.25) if random.random() < 0.75 else random.uniform(0, np.pi)
    return _family(_field(random, shape, turn), random)


def _crossing(random: Random, shape: tuple[int, int]) -> Sheet:
    """Two families of lines or arcs across each other."""
    turn = random.uniform(0, np.pi)
    first = _family(_field(random, shape, turn), random)
    return np.maximum(first, _family(_field(random, shape, turn + random.uniform(0.5, 2.2)), random))


def _arcs(random: Random, shape: tuple[int, int]) -> Sheet:
    """Rings around a point that mostly lies outside."""
    down, across = np.arange(shape[0], dtype=np.float32)[:, None], np.arange(shape[1], dtype=np.float32)[None, :]
    y, x = random.uniform(-2, 3, 2) * shape
    return _family(np.hypot(down - np.float32(y), across - np.float32(x)), random)


def _family(field: Sheet, random: Random) -> Sheet:
    step, sharp = random.uniform(2.5, 8), random.uniform(0.8, 3)
    wave = 0.5 + 0.5 * np.cos(field * np.float32(2 * np.pi / step))
    return np.asarray(wave ** np.float32(sharp), np.float32)


def _dots(random: Random, shape: tuple[int, int]) -> Sheet:
    """A raster, or the grain of recycled paper."""
    step = random.uniform(1, 3.5)
    small = random.random((max(2, int(shape[0] / step)), max(2, int(shape[1] / step)))).astype(np.float32)
    grain = cv2.resize(small, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.clip(2 * grain - 0.7, 0, 1), np.float32)


def _micro_text(random: Random, shape: tuple[int, int]) -> Sheet:
    """Lines of print too small to read."""
    large = np.zeros((shape[0] * 2, shape[1] * 2), np.uint8)
    step = int(random.integers(9, 22))
    for row in range(int(random.integers(step)), large.shape[0] + step, step):
        text = "".join(random.choice(list("ABCDEFHKLMNPRTUVWXaeimnrstuvwx"), 24))
        cv2.putText(large, text, (-int(random.integers(20)), row), cv2.FONT_HERSHEY_PLAIN, step / 20, 255, 1)
    small = cv2.resize(large, (shape[1], shape[0]), interpolation=cv2.INTER_AREA)
    return np.asarray(small / np.float32(255), np.float32)


def _area(random: Random, shape: tuple[int, int]) -> Sheet:
    field = _field(random, shape, random.uniform(0, np.pi))
    edge = np.float32(random.uniform(float(field.min()), float(field.max())))
    return (field > edge).astype(np.float32)


def _rules(random: Random, shape: tuple[int, int]) -> list[Coverage]:
    """Printed lines under, over or through the sign, and sides of the frame around the amount."""
    rules = []
    if random.random() < 0.22:
        low = random.random() < 0.75
        rules.append(_rule(random, shape, random.uniform(0.8, 1.0) if low else random.uniform(0.0, 0.8), lying=True))
    if random.random() < 0.07:
        at = random.uniform(0, 0.07)
        rules.append(_rule(random, shape, at if random.random() < 0.5 else 1 - at, lying=False))
    return rules


def _rule(random: Random, shape: tuple[int, int], share: float, *, lying: bool) -> Coverage:
    sheet = np.zeros(shape, np.uint8)
    along, across = (shape[1], shape[0]) if lying else shape
    start = share * (across - 1)
    ends = [(-1.0, start), (float(along), start + random.normal(0, 0.02) * along)]
    points = np.array([end if lying else end[::-1] for end in ends])
    thick = 2 if random.random() < 0.25 else 1
    cv2.polylines(sheet, [np.rint(points * 16).astype(np.int32)], False, 255, thick, cv2.LINE_AA, 4)
    return sheet


_PATTERNS = (_guilloche, _crossing, _arcs, _dots, _micro_text)
_WEIGHTS = (0.42, 0.2, 0.12, 0.18, 0.08)
