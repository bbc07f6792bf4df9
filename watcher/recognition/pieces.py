"""Ink → the pieces of it that are digits: strokes that belong together, without specks, lines and stickers."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from watcher.recognition.frames import frames
from watcher.recognition.ink import Ink
from watcher.recognition.rules import loose_lines, without_joined_rules
from watcher.recognition.small import looked_up
from watcher.recognition.steps import ALL_STEPS, Steps

# Shares of the tallest piece's size.
NEAR = 0.12  # strokes closer than this belong to one digit
SPECK = 0.2  # pieces smaller than this are specks
CUT_OFF = 0.35  # what reaches in from the rim and is smaller than this, of the digit and of the picture, is cut off
BAR_GAP = 0.4  # the bar of a 5 floats at most so high above it
ANOTHER_DIGIT = 0.55  # a second piece as tall as this, beside the first, is another digit


@dataclass(frozen=True, slots=True)
class Piece:
    """box: top, left, height, width in px of the ink. mask: (height, width) uint8, 1 where it is drawn."""

    box: tuple[int, int, int, int]
    mask: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class _Group:
    top: int
    left: int
    height: int
    width: int
    weight: float
    label: int

    @property
    def longer(self) -> int:
        return max(self.height, self.width)

    def joined(self, other: "_Group") -> "_Group":
        top, left = min(self.top, other.top), min(self.left, other.left)
        height = max(self.top + self.height, other.top + other.height) - top
        width = max(self.left + self.width, other.left + other.width) - left
        return _Group(top, left, height, width, self.weight + other.weight, self.label)


def find_pieces(ink: Ink, steps: Steps = ALL_STEPS) -> list[Piece]:
    """Digits in the ink, the most prominent first; [] where there are only specks."""
    mask = without_joined_rules(ink) if steps.rules else ink.mask
    if ink.in_one and mask is ink.mask:
        only = _everything(mask)  # whatever it is, a line too, it is what was drawn
        return [only] if max(only.mask.shape) >= 4 * ink.pixel else []
    _, found, statistics, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    labels, stats = np.asarray(found, np.int32), np.asarray(statistics, np.int32)
    keep = _strokes(labels, stats, steps)
    if not keep.any():
        return []
    if not keep[1:].all():
        mask = looked_up(keep.astype(np.uint8), labels)
    tallest = int(stats[keep][:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max())
    if tallest < 4 * ink.pixel:
        return []
    if not steps.grouping or keep.sum() == 1:
        return [_everything(mask)]
    groups, group_labels = _grouped(mask, gap=max(1, round(NEAR * tallest)))
    main = max(groups, key=lambda group: _prominence(group, mask.shape))
    for bar in [group for group in groups if _is_bar_of(group, main)]:
        group_labels[group_labels == bar.label] = main.label
        groups.remove(bar)
        groups[groups.index(main)] = main = main.joined(bar)
    digits = [main, *(other for other in groups if other is not main and _is_another_digit(other, main))]
    return [_piece(group, mask, group_labels) for group in digits]


def _strokes(labels: NDArray[np.int32], stats: NDArray[np.int32], steps: Steps) -> NDArray[np.bool_]:
    """Which components are strokes of digits; the first is the paper."""
    keep = np.ones(len(stats), np.bool_)
    keep[0] = False
    if steps.rules:
        lines = loose_lines(stats, labels.shape)
        if not lines[1:].all():
            keep &= ~lines
    if steps.neighbours and keep.sum() > 1:
        keep &= ~_cut_off(stats, keep, labels.shape[1])
    if steps.cards and keep.sum() > 1:
        keep &= ~frames(labels, stats, keep)
    return keep


def _cut_off(stats: NDArray[np.int32], strokes: NDArray[np.bool_], picture_width: int) -> NDArray[np.bool_]:
    """What reaches in from the left or right rim beside the digit: strokes of another, cut off."""
    left, _, width, _, area = stats.T
    main = int(np.where(strokes, area, 0).argmax())
    right = left + width
    at_rim = (left == 0) | (right == picture_width)
    beside = np.minimum(right, right[main]) - np.maximum(left, left[main]) < 0.5 * width
    small = (area < CUT_OFF * area[main]) & (width < CUT_OFF * picture_width)
    return np.asarray(at_rim & beside & small, np.bool_)


def _everything(mask: NDArray[np.uint8]) -> Piece:
    left, top, width, height = cv2.boundingRect(mask)
    return Piece((top, left, height, width), mask[top : top + height, left : left + width])


def _grouped(mask: NDArray[np.uint8], gap: int) -> tuple[list[_Group], NDArray[np.int32]]:
    """Join strokes that stand closer than `gap` pixels."""
    size = gap | 1
    near = cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)))
    _, joined = cv2.connectedComponents(near, connectivity=8)
    labels = np.where(mask > 0, joined, 0).astype(np.int32)
    # All groups in one pass: a page of dots has thousands.
    rows, columns = np.nonzero(labels)
    order = np.argsort(labels[rows, columns], kind="stable")
    rows, columns = rows[order], columns[order]
    found, starts, weights = np.unique(labels[rows, columns], return_index=True, return_counts=True)
    top, bottom = np.minimum.reduceat(rows, starts), np.maximum.reduceat(rows, starts)
    left, right = np.minimum.reduceat(columns, starts), np.maximum.reduceat(columns, starts)
    values = zip(top, left, bottom - top + 1, right - left + 1, weights, found, strict=True)
    groups = [_Group(int(y), int(x), int(h), int(w), float(weight), int(n)) for y, x, h, w, weight, n in values]
    return groups, labels


def _prominence(group: _Group, shape: tuple[int, int]) -> float:
    """Large and near the middle; a sticker in a corner or a hand at the rim is neither."""
    row = (group.top + group.height / 2) / shape[0] - 0.5
    column = (group.left + group.width / 2) / shape[1] - 0.5
    off_centre = min(1.0, 2 * float(np.hypot(row, column)))
    return group.longer * (1 - 0.6 * off_centre**2)


def _is_bar_of(other: _Group, main: _Group) -> bool:
    """A 5 in two strokes: its bar floats above the bow, and some leave a wide gap."""
    gap = main.top - (other.top + other.height)
    if gap < -0.3 * main.height or gap > BAR_GAP * main.longer or other.top >= main.top:
        return False
    shared = min(other.left + other.width, main.left + main.width) - max(other.left, main.left)
    slim = other.height <= 0.75 * other.width and other.height <= 0.5 * main.height
    return slim and 0.25 <= other.width / main.width <= 1.4 and shared >= 0.4 * other.width


def _is_another_digit(other: _Group, main: _Group) -> bool:
    if other.height < ANOTHER_DIGIT * main.height or other.height > 1.8 * main.height:
        return False
    shared = min(other.left + other.width, main.left + main.width) - max(other.left, main.left)
    return shared <= 0.25 * min(other.width, main.width) and other.weight >= 0.15 * main.weight


def _piece(group: _Group, mask: NDArray[np.uint8], labels: NDArray[np.int32]) -> Piece:
    part = (slice(group.top, group.top + group.height), slice(group.left, group.left + group.width))
    mine = (labels[part] == group.label) & (mask[part] > 0)
    return Piece((group.top, group.left, group.height, group.width), mine.astype(np.uint8))
