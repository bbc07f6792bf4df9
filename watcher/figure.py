"""Draws pictures beside the 28×28 that the network saw and what it read."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from watcher.errors import UsageError
from watcher.recognition.recogniser import Sight
from watcher.recognition.verdict import Status, percent

_TILE, _GAP, _CAPTION = 168, 12, 66
_CARD = (2 * _TILE + 3 * _GAP, _TILE + 2 * _GAP + _CAPTION)  # width, height
_COLOURS = {Status.OK: (70, 130, 40), Status.REVIEW: (0, 120, 200), Status.UNREADABLE: (50, 50, 190)}  # BGR
_DARK, _PALE = (40, 40, 40), (120, 120, 120)

Image = NDArray[np.uint8]


def draw_figure(path: Path, sights: Sequence[tuple[str, Sight]], columns: int = 4) -> None:
    """Write a PNG (or what the suffix says) with a card for each picture.

    Raises UsageError where the file cannot be written.
    """
    cards = [_card(name, sight) for name, sight in sights]
    columns = max(1, min(columns, len(cards)))
    blank = np.full((_CARD[1], _CARD[0], 3), 255, np.uint8)
    cards += [blank] * (-len(cards) % columns or (0 if cards else 1))
    rows = [np.hstack(cards[i : i + columns]) for i in range(0, len(cards), columns)]
    sheet = cv2.copyMakeBorder(np.vstack(rows), _GAP, _GAP, _GAP, _GAP, cv2.BORDER_CONSTANT, value=(255, 255, 255))
    try:
        written, data = cv2.imencode(path.suffix or ".png", sheet)
        if written:
            path.write_bytes(data.tobytes())
    except (OSError, cv2.error) as error:
        raise UsageError(
            f"cannot write the figure {path}: {error}", hint="Name a .png in a folder that exists."
        ) from error


def _card(name: str, sight: Sight) -> Image:
    card = np.full((_CARD[1], _CARD[0], 3), 255, np.uint8)
    _paste(card, sight.grey, _GAP, paper=235)
    _paste(card, sight.digit, 2 * _GAP + _TILE, paper=0)
    verdict = sight.verdict
    colour = _COLOURS[verdict.status]
    top = _GAP + _TILE
    _write(card, _fitting(name, 44), (_GAP, top + 20), 0.42, _PALE)
    if verdict.prediction is None or verdict.confidence is None:
        _write(card, "-", (_GAP, top + 56), 1.1, colour, 2)
        _write(card, f"{verdict.status}: {verdict.reason}", (_GAP + 40, top + 52), 0.5, colour)
        return card
    _write(card, verdict.prediction, (_GAP, top + 58), 1.2, colour, 2)
    _write(card, percent(verdict.confidence), (_GAP + 40, top + 44), 0.5, _DARK)
    said = str(verdict.status) + (f": {verdict.reason}" if verdict.reason else "")
    _write(card, said, (_GAP + 40, top + 62), 0.42, colour)
    _draw_scores(card, verdict.scores, (2 * _GAP + _TILE + 30, top + 28))
    return card


def _paste(card: Image, picture: Image | None, left: int, paper: int) -> None:
    tile = np.full((_TILE, _TILE), paper, np.uint8)
    if picture is not None:
        scale = _TILE / max(picture.shape)
        size = tuple(max(1, round(side * scale)) for side in reversed(picture.shape))
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST
        small = np.asarray(cv2.resize(picture, size, interpolation=how))
        top, start = (_TILE - small.shape[0]) // 2, (_TILE - small.shape[1]) // 2
        tile[top : top + small.shape[0], start : start + small.shape[1]] = small
    card[_GAP : _GAP + _TILE, left : left + _TILE] = tile[..., None]
    cv2.rectangle(card, (left - 1, _GAP - 1), (left + _TILE, _GAP + _TILE), (210, 210, 210), 1)


def _draw_scores(card: Image, scores: Sequence[float], corner: tuple[int, int]) -> None:
    """Ten small bars, one a digit."""
    for digit, score in enumerate(scores):
        left = corner[0] + 13 * digit
        height = round(22 * score)
        cv2.rectangle(card, (left, corner[1] + 22 - height), (left + 8, corner[1] + 22), _DARK, -1)
        _write(card, str(digit), (left, corner[1] + 35), 0.32, _PALE)


def _fitting(text: str, most: int) -> str:
    # The font has Latin letters only.
    plain = text.encode("ascii", "replace").decode()
    return plain if len(plain) <= most else "..." + plain[-(most - 3) :]


def _write(
    card: Image, text: str, at: tuple[int, int], size: float, colour: tuple[int, int, int], thick: int = 1
) -> None:
    cv2.putText(card, text, at, cv2.FONT_HERSHEY_SIMPLEX, size, colour, thick, cv2.LINE_AA)
