"""watcher.drawing.figure and its canvas: pictures beside what the network saw."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from drawing import digit
from fakes import BLANK, SEVEN

from watcher.drawing import canvas
from watcher.drawing.figure import draw_figure
from watcher.errors import UsageError
from watcher.recognition.recogniser import Sight

READ = Sight(SEVEN, digit(7), np.zeros((28, 28), np.uint8))


def drawn(path: Path) -> tuple[int, int]:
    """Height and width of the figure, which must be a picture."""
    found = cv2.imread(str(path))
    assert found is not None
    assert len(np.unique(found)) > 2
    return found.shape[:2]


@pytest.mark.parametrize(("count", "columns", "rows"), [(1, 1, 1), (4, 4, 1), (5, 4, 2)])
def test_cards_stand_in_rows_of_four(tmp_path: Path, count: int, columns: int, rows: int) -> None:
    """One card a picture; the last row is filled up with paper."""
    draw_figure(tmp_path / "one.png", [("7.png", READ)])
    height, width = (side - 24 for side in drawn(tmp_path / "one.png"))
    draw_figure(tmp_path / "all.png", [("7.png", READ)] * count)
    assert (rows * height + 24, columns * width + 24) == drawn(tmp_path / "all.png")


@pytest.mark.parametrize(
    "sight", [Sight(BLANK), Sight(BLANK, digit(7)), Sight(SEVEN, np.zeros((1, 900), np.uint8)), READ]
)
def test_every_sight_has_its_card(tmp_path: Path, sight: Sight) -> None:
    """Without a picture, without a digit, of any shape, under any name."""
    draw_figure(tmp_path / "x.jpg", [("größe-" + "x" * 300 + "😀.png", sight)])
    drawn(tmp_path / "x.jpg")


@pytest.mark.parametrize("name", ["nowhere/x.png", "x.unknown"])
def test_a_figure_that_cannot_be_written_is_told(tmp_path: Path, name: str) -> None:
    """The path, and what to do."""
    with pytest.raises(UsageError, match="cannot write the figure") as error:
        draw_figure(tmp_path / name, [("7.png", READ)])
    assert "Name a .png" in error.value.hint


def width(text: str) -> int:
    return canvas.width_of(text, 0.4)


def test_a_name_is_cut_at_its_beginning() -> None:
    """Its end tells it from the others; what fits is left as it is."""
    name = "scans/2026/a-long-name-0123.png"
    cut = canvas.cut_to(name, width(name) // 2, 0.4)
    assert cut.startswith("...")
    assert name.endswith(cut.removeprefix("..."))
    assert width(name) // 3 < width(cut) <= width(name) // 2
    assert name == canvas.cut_to(name, width(name), 0.4)
    assert "" == canvas.cut_to(name, 1, 0.4)


def test_what_no_font_of_ours_has_is_written_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the file can be found by it; OpenCV 4 has Latin letters only."""
    assert r"gr\xf6\xdfe \U0001f600.png" == escaped("größe 😀.png", 0x7E, monkeypatch)
    assert r"größe 数 \U0001f600.png" == escaped("größe 数 😀.png", 0xFFFF, monkeypatch)


def escaped(name: str, last: int, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(canvas, "_LAST_DRAWN", last)
    return canvas.cut_to(name, 1000, 0.4)
