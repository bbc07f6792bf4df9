"""Draws pictures beside the 28×28 that the network saw and what it read."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from watcher.drawing import canvas
from watcher.drawing.canvas import COLOURS, DARK, PALE, WHITE, Image, write
from watcher.recognition.recogniser import Sight
from watcher.recognition.verdict import percent

_TILE, _GAP, _CAPTION = 168, 12, 66
_CARD = (2 * _TILE + 3 * _GAP, _TILE + 2 * _GAP + _CAPTION)  # width, height


def draw_figure(path: Path, sights: Sequence[tuple[str, Sight]], columns: int = 4) -> None:
    """Write a PNG (or what the suffix says) with a card for each picture.

    Raises UsageError where the file cannot be written.
    """
    cards = [_card(name, sight) for name, sight in sights]
    columns = max(1, min(columns, len(cards)))
    blank = canvas.sheet_of_paper(_CARD[1], _CARD[0])
    cards += [blank] * (-len(cards) % columns or (0 if cards else 1))
    rows = [np.hstack(cards[i : i + columns]) for i in range(0, len(cards), columns)]
    sheet = cv2.copyMakeBorder(np.vstack(rows), _GAP, _GAP, _GAP, _GAP, cv2.BORDER_CONSTANT, value=WHITE)
    canvas.save(np.asarray(sheet, np.uint8), path, "figure")


def _card(name: str, sight: Sight) -> Image:
    card = canvas.sheet_of_paper(_CARD[1], _CARD[0])
    _paste(card, sight.grey, _GAP, paper=235)
    _paste(card, sight.digit, 2 * _GAP + _TILE, paper=0)
    verdict = sight.verdict
    colour = COLOURS[verdict.status]
    top = _GAP + _TILE
    write(card, canvas.cut_to(name, _CARD[0] - 2 * _GAP, 0.42), (_GAP, top + 20), 0.42, PALE)
    if verdict.prediction is None or verdict.confidence is None:
        write(card, "-", (_GAP, top + 56), 1.1, colour, 2)
        write(card, f"{verdict.status}: {verdict.reason}", (_GAP + 40, top + 52), 0.5, colour)
        return card
    write(card, verdict.prediction, (_GAP, top + 58), 1.2, colour, 2)
    write(card, percent(verdict.confidence), (_GAP + 40, top + 44), 0.5, DARK)
    said = str(verdict.status) + (f": {verdict.reason}" if verdict.reason else "")
    write(card, said, (_GAP + 40, top + 62), 0.42, colour)
    _draw_scores(card, verdict.scores, (2 * _GAP + _TILE + 30, top + 28))
    return card


def _paste(card: Image, picture: NDArray[np.uint8] | None, left: int, paper: int) -> None:
    square = np.full((_TILE, _TILE), paper, np.uint8) if picture is None else canvas.fitted(picture, _TILE, paper)
    canvas.put(card, square, (left, _GAP))


def _draw_scores(card: Image, scores: Sequence[float], corner: tuple[int, int]) -> None:
    """Ten small bars, one a digit."""
    for digit, score in enumerate(scores):
        left = corner[0] + 13 * digit
        height = round(22 * score)
        cv2.rectangle(card, (left, corner[1] + 22 - height), (left + 8, corner[1] + 22), DARK, -1)
        write(card, str(digit), (left, corner[1] + 35), 0.32, PALE)
