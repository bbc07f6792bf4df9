"""Any grey picture → the 28×28 form of MNIST that the network was trained on.

The form is that of the qmnist reconstruction (Yadav & Bottou 2019): tight box of the ink, longer side
20 px by area averaging, peak 255, centre of mass in the middle. What stands before it makes ink out of
paper: find the paper, take it away, keep the strokes that belong together, and give them the width that
MNIST's strokes have, at full resolution: a one-pixel line does not survive shrinking.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from watcher.recognition.ink import Ink, find_ink
from watcher.recognition.pieces import Piece, find_pieces
from watcher.recognition.small import padded, part_with_margin, square
from watcher.recognition.steps import ALL_STEPS, Steps
from watcher.recognition.verdict import Reason, Unreadable

__all__ = ["BOX", "SIDE", "Normalised", "Steps", "draw", "has_mnist_form", "normalise"]

SIDE = 28
BOX = 20
# Stroke widths in px of the 20-px box. MNIST's 5th to 95th percentile is 1.28 to 3.04, its median 1.96.
THINNEST, THIN_TARGET = 1.5, 1.9
THICKEST, THICK_TARGET = 3.6, 3.2
# Strokes are widened or thinned on a box of at least this many pixels, to place their edges well.
WORKING_BOX = 80

Soft = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Normalised:
    """digit: (28, 28) uint8, ink 255 on 0. digits_seen: how many digits stand in the picture, at least 1."""

    digit: NDArray[np.uint8]
    digits_seen: int = 1


def normalise(grey: NDArray[np.uint8], steps: Steps = ALL_STEPS) -> Normalised:
    """Bring a (h, w) uint8 picture of either polarity into MNIST's form.

    A picture that has that form already passes through unchanged.
    Raises Unreadable(BLANK) where nothing is drawn.
    """
    if steps.mnist_form and has_mnist_form(grey):
        return Normalised(grey.copy())
    ink = find_ink(grey, steps)
    if ink is None:
        raise Unreadable(Reason.BLANK, "nothing is drawn on this picture")
    pieces = find_pieces(ink, steps)
    if not pieces:
        raise Unreadable(Reason.BLANK, "there are only specks on this picture")
    return Normalised(draw(ink, pieces[0], steps), len(pieces))


def has_mnist_form(grey: NDArray[np.uint8]) -> bool:
    """Say whether a picture is 28×28, light on black, its box 20 px, its centre of mass in the middle."""
    if grey.shape != (SIDE, SIDE) or grey.max() < 250:
        return False
    _, _, width, height = cv2.boundingRect(grey)
    if max(height, width) != BOX:
        return False
    moments = cv2.moments(grey)
    return all(abs(moments[first] / moments["m00"] - SIDE / 2) < 1.0 for first in ("m01", "m10"))


def draw(ink: Ink, piece: Piece, steps: Steps = ALL_STEPS) -> NDArray[np.uint8]:
    """Draw one piece of ink as (28, 28) uint8 in MNIST's form."""
    strokes, longer = _cut_out(ink, piece)
    if steps.stroke_width:
        strokes = _with_fitting_strokes(strokes, longer)
    left, top, width, height = cv2.boundingRect((strokes > 0.1).view(np.uint8))
    tight = strokes[top : top + height, left : left + width]
    scale = BOX / max(tight.shape)
    size = tuple(max(1, round(side * scale)) for side in reversed(tight.shape))
    small = np.asarray(cv2.resize(tight, size, interpolation=cv2.INTER_AREA), np.float32)
    return _in_the_middle(small / small.max(), by_mass=steps.centring)


def _cut_out(ink: Ink, piece: Piece) -> tuple[Soft, float]:
    """The piece's box with a margin, enlarged where it is small; and its longer side in the new pixels."""
    margin = 2
    strength = part_with_margin(ink.strength, piece.box, margin)
    mine = padded(piece.mask, margin)
    cut = np.asarray(cv2.copyTo(strength, cv2.dilate(mine, square(3))), np.float32)
    longer = max(piece.mask.shape)
    if longer >= WORKING_BOX:
        return cut, float(longer)
    factor = -(-WORKING_BOX // longer)
    return np.asarray(cv2.resize(cut, None, fx=factor, fy=factor, interpolation=cv2.INTER_LINEAR)), longer * factor


def _with_fitting_strokes(strokes: Soft, longer: float) -> Soft:
    """Widen hairlines and thin out marker strokes to widths that the network knows."""
    drawn = strokes > 0.5
    mask = drawn.view(np.uint8)
    inside = np.asarray(cv2.distanceTransform(mask, cv2.DIST_L2, 5), np.float32)
    depths = inside[drawn]
    # A bar of width w has a mean distance of w/4 to its edge, half a pixel less than counted from outside.
    width = 4 * max(float(depths.mean()) - 0.5, 0.25) if depths.size else 1.0
    unit = longer / BOX
    if width < THINNEST * unit:
        grow = (THIN_TARGET * unit - width) / 2
        pad = int(grow) + 2
        strokes, mask = padded(strokes, pad), padded(mask, pad)
        outside = np.asarray(cv2.distanceTransform(1 - mask, cv2.DIST_L2, 5), np.float32)
        np.subtract(grow + 1, outside, out=outside)
        return np.maximum(strokes, np.clip(outside, 0, 1, out=outside), out=outside)
    if width > THICKEST * unit:
        thin = min((width - THICK_TARGET * unit) / 2, 0.3 * width)
        inside -= thin
        inside += 0.5
        return np.clip(inside, 0, 1, out=inside)
    return strokes


def _in_the_middle(small: Soft, by_mass: bool) -> NDArray[np.uint8]:
    row, column = _centre_of_mass(small) if by_mass else (small.shape[0] / 2, small.shape[1] / 2)
    top, left = (
        min(max(round(SIDE / 2 - middle), 0), SIDE - side)
        for middle, side in zip((row, column), small.shape, strict=True)
    )
    canvas = np.zeros((SIDE, SIDE), np.uint8)
    canvas[top : top + small.shape[0], left : left + small.shape[1]] = np.rint(small * 255)
    return canvas


def _centre_of_mass(values: Soft) -> tuple[float, float]:
    """Row and column of the centre of mass, in pixels from the top left corner of the first pixel's middle."""
    total = float(values.sum())
    row = float(values.sum(axis=1) @ np.arange(values.shape[0])) / total
    column = float(values.sum(axis=0) @ np.arange(values.shape[1])) / total
    return row, column
