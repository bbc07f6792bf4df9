"""The world that a network is trained for: pictures as people send them, read by the normaliser that serves them.

Every picture is drawn afresh from a digit of MNIST, the strokes of a UniPen writer or a style drawn by hand, put into
a scene, and brought to the network's form by `normalise`. What it cannot read is drawn again, and so is a digit that
it lost: the label of a picture must be what the network sees.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from train import bitmaps, cheques, paper, strokes, styles
from train.clutter import CLUTTER, printed, several, word
from train.digits import GARBAGE, Digits
from train.enlarged import enlarged
from train.garbage import boxed
from train.pen import Coverage, Pen, Random, loosened, tight
from train.textures import texture
from train.unipen import Strokes
from watcher.recognition.normalise import Normalised, normalise
from watcher.recognition.verdict import Unreadable

CHUNK = 100  # pictures; Ctrl-C waits for those that have been begun
# What an epoch is made of.
SHARES = {"drawn": 0.38, "cheque": 0.24, "bitmap": 0.09, "page": 0.09, "garbage": 0.20}
# Of the scenes other than `drawn`, how many show a digit of MNIST; the others show strokes.
MNIST_SHARE = 0.4
STYLED = 0.3  # of the strokes' digits are of `styles`
LOOSENED = 0.4  # of UniPen's digits have strokes that strayed
# The same for what is no digit.
_GARBAGE_SCENES = {"drawn": 0.45, "cheque": 0.2, "bitmap": 0.1, "page": 0.15, "texture": 0.1}
# Least likeness of what was drawn and what the normaliser saw, for a digit and for a row of them.
_LIKE_DIGIT, _LIKE_ROW = 0.66, 0.6
_STICK = 1.7  # px: standard deviation of a bar's ink across it
_LONGEST = 150  # px: larger canvases give the same once normalised, and take longer

Grey = NDArray[np.uint8]


@dataclass(frozen=True)
class World:
    """digits: as published, uint8 (n, 28, 28). strokes: of digits. letters: none that a reader takes for a digit."""

    digits: Digits
    strokes: tuple[Strokes, ...]
    letters: tuple[Strokes, ...]

    def epoch(self, seed: int, epoch: int, count: int) -> Digits:
        """Pictures uint8 (count, 28, 28) and labels int64, GARBAGE for what is no digit; made in this process."""
        return joined([self.chunk(seed, epoch, number, size) for number, size in chunks(count)])

    def chunk(self, seed: int, epoch: int, number: int, count: int) -> Digits:
        """One part of an epoch, the same in whatever process it is made."""
        random = np.random.default_rng((seed, epoch, number))
        names, weights = list(SHARES), np.array(list(SHARES.values()))
        kinds = random.choice(len(names), count, p=weights / weights.sum())
        made = [self._read(random, names[kind]) for kind in kinds]
        return Digits(np.stack([picture for picture, _ in made]), np.array([label for _, label in made], np.int64))

    def picture(self, random: Random, kind: str) -> tuple[Grey, int, tuple[Coverage, ...]]:
        """One picture (h, w) uint8 of a kind in SHARES, its label, and what of it the network must see.

        That is the sign, or all that is written, where a neighbour may touch it. Without any, all is well.
        """
        if kind == "garbage":
            return self._garbage(random)
        if kind == "drawn":
            found = self._strokes(random)
            sheet = strokes.drawing(random, found, _LONGEST).coverage
            return strokes.shaded(random, sheet), int(found.label), (sheet,)
        size = _size(random, kind)
        sign, label = self.digit(random, size, _pen(random, kind, size))
        picture, written = self._scene(random, kind, sign)
        return picture, label, (sign, *written)

    def digit(self, random: Random, size: float, pen: float) -> tuple[Coverage, int]:
        """A digit, its longer side about `size` px, its strokes about `pen` px wide; and its label."""
        if random.random() < MNIST_SHARE:
            place = random.integers(len(self.digits))
            return enlarged(random, self.digits.pictures[place], size), int(self.digits.labels[place])
        found = self._strokes(random)
        return tight(random, found, size, Pen(pen, pressed=random.random() < 0.2)), int(found.label)

    def _strokes(self, random: Random) -> Strokes:
        if random.random() < STYLED:
            return styles.drawn(random)
        found = self.strokes[random.integers(len(self.strokes))]
        return loosened(random, found) if random.random() < LOOSENED else found

    def letter(self, random: Random, size: float, pen: float) -> Coverage:
        """A letter as `digit` draws digits."""
        return tight(random, self.letters[random.integers(len(self.letters))], size, Pen(pen))

    def _read(self, random: Random, kind: str) -> tuple[Grey, int]:
        while True:
            picture, label, signs = self.picture(random, kind)
            try:
                found = normalise(picture)
            except Unreadable:
                continue
            if _seen(found, signs, label):
                return found.digit, label

    def _scene(self, random: Random, kind: str, sign: Coverage) -> tuple[Grey, tuple[Coverage, ...]]:
        """The sign in a scene; and all that is written there, where that is more than the sign."""
        if kind == "bitmap":
            return bitmaps.bitmap(random, sign), ()
        if kind == "page":
            behind = sign if random.random() < 0.1 else None
            return paper.page(random, sign, behind), ()
        size = float(max(sign.shape))
        nothing = np.zeros((1, 1), np.uint8)
        around = [
            self.digit(random, size, cheques.pen_width(random, size))[0] if random.random() < share else nothing
            for share in cheques.NEIGHBOURS
        ]
        picture, written = cheques.cutout(random, sign, around)
        return picture, (written,)

    def _garbage(self, random: Random) -> tuple[Grey, int, tuple[Coverage, ...]]:
        names, weights = list(_GARBAGE_SCENES), np.array(list(_GARBAGE_SCENES.values()))
        scene = names[random.choice(len(names), p=weights)]
        if scene == "texture":
            return texture(random), GARBAGE, ()
        draw = CLUTTER[random.choice(len(CLUTTER), p=[weight for _, weight in CLUTTER])][0]
        size = _size(random, scene)
        sign = draw(random, self, size, _pen(random, scene, size))
        while not sign.any():
            sign = draw(random, self, size, _pen(random, scene, size))
        # A lone digit that the normaliser takes out of a row is a good digit, and counted: several_digits.
        must_see = (sign,) if draw in (several, word, printed) else ()
        if scene == "drawn":
            return strokes.on_canvas(random, sign), GARBAGE, must_see
        return self._scene(random, scene, sign)[0], GARBAGE, must_see


def chunks(count: int) -> list[tuple[int, int]]:
    """Number and size of each chunk of an epoch of `count` pictures."""
    return [(number, min(CHUNK, count - start)) for number, start in enumerate(range(0, count, CHUNK))]


def joined(parts: list[Digits]) -> Digits:
    """The chunks of an epoch as one."""
    pictures, labels = ([getattr(part, name) for part in parts] for name in ("pictures", "labels"))
    return Digits(np.concatenate(pictures), np.concatenate(labels))


def _size(random: Random, kind: str) -> float:
    if kind == "cheque":
        return cheques.height(random)
    if kind == "bitmap":
        return bitmaps.FINE
    return float(np.exp(random.uniform(np.log(20), np.log(110))))


def _pen(random: Random, kind: str, size: float) -> float:
    if kind == "cheque":
        return cheques.pen_width(random, size)
    return max(1.0, size * float(np.exp(random.uniform(np.log(0.025), np.log(0.13)))))


def _seen(found: Normalised, signs: tuple[Coverage, ...], label: int) -> bool:
    """Whether the normaliser took up what was drawn: not a part of a row, nor of clutter what could be a 1."""
    least = _LIKE_ROW if label == GARBAGE else _LIKE_DIGIT
    alike = not signs or any(likeness(found.digit, boxed(sign)) >= least for sign in signs)
    if label != GARBAGE:
        return alike
    return alike and not is_stick(found.digit) and (not signs or found.digits_seen == 1)


def is_stick(picture: Grey) -> bool:
    """Whether the ink of a picture (28, 28) is one upright or leaning bar: a 1 to any reader."""
    moments = cv2.moments(picture)
    mass = max(moments["m00"], 1.0)
    across, down, both = (moments[name] / mass for name in ("mu20", "mu02", "mu11"))
    narrow = (across + down) / 2 - float(np.hypot((across - down) / 2, both))
    return narrow < _STICK**2 and down > 0.5 * across


def likeness(one: Grey, other: Grey) -> float:
    """Correlation of two pictures (28, 28), blurred so that a stroke's width and place matter little; -1 to 1."""
    first, second = (cv2.GaussianBlur(each, (0, 0), 1.5).astype(np.float32).ravel() for each in (one, other))
    first, second = first - first.mean(), second - second.mean()
    return float(first @ second / (np.linalg.norm(first) * np.linalg.norm(second) + 1e-6))
