"""watcher.drawing.contact_sheet: all pictures as tiles, in an order that helps, on as many pages as they take."""

import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

import cv2
import numpy as np
import pytest
from drawing import digit
from fakes import BLANK, SEVEN

from watcher.drawing import contact_sheet, tile
from watcher.drawing.contact_sheet import PAGES, ContactSheet
from watcher.drawing.tile import Answer, Shot
from watcher.errors import SurroundingsError, UsageError
from watcher.recognition.recogniser import Sight
from watcher.recognition.verdict import Reason, Status

SEEN = cv2.resize(255 - digit(7), (28, 28), interpolation=cv2.INTER_AREA)
DOUBTFUL = SEVEN._replace(status=Status.REVIEW, reason=Reason.LOW_CONFIDENCE, confidence=0.6)
SIGHTS = {
    "sure": Sight(SEVEN._replace(confidence=0.999), digit(7), SEEN),
    "blank": Sight(BLANK, digit(7)),
    "doubtful": Sight(DOUBTFUL, digit(7), SEEN),
    "less": Sight(SEVEN._replace(confidence=0.97), digit(7), SEEN),
    "empty": Sight(BLANK),
}


def drawn(path: Path, names: Iterable[str] = SIGHTS, **options: str) -> list[Path]:
    with ContactSheet(path, **options) as sheet:
        for name in names:
            sheet.add(f"{name}.png", SIGHTS[name])
        return sheet.draw()


def picture(path: Path) -> np.ndarray:
    found = cv2.imread(str(path))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("status", ["doubtful", "blank", "empty", "less", "sure"]),
        ("confidence", ["blank", "empty", "doubtful", "less", "sure"]),
        ("name", [*SIGHTS]),
    ],
)
def test_the_order_is_that_which_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, order: str, expected: list[str]
) -> None:
    """Those that want a person first, the least sure of them before all; each keeps the number of its line."""
    told: list[Answer] = []
    draw: Callable[..., np.ndarray] = tile.draw_tile
    monkeypatch.setattr(tile, "draw_tile", lambda answer, *more: told.append(answer) or draw(answer, *more))
    assert [tmp_path / "out.png"] == drawn(tmp_path / "out.png", order=order)
    assert [f"{name}.png" for name in expected] == [answer.name for answer in told]
    assert [[*SIGHTS].index(name) + 1 for name in expected] == [answer.number for answer in told]


@pytest.mark.parametrize("page", PAGES)
def test_pages_have_their_size_and_numbers_that_sort(
    tmp_path: Path, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten pages and one picture more; the last is as high as it must be."""
    form = PAGES[page]
    monkeypatch.setattr(tile, "draw_tile", lambda *_: np.zeros((9, 9, 3), np.uint8))
    each = form.columns * form.rows
    pages = drawn(tmp_path / "out.jpg", ["sure"] * (10 * each + 1), page=page)
    assert [f"out-{number:02}.jpg" for number in range(1, 12)] == [path.name for path in pages]
    first, last = picture(pages[0]), picture(pages[-1])
    assert (form.width, form.width) == (first.shape[1], last.shape[1])
    assert form.height - tile.HEIGHT * form.scale < first.shape[0] <= form.height
    assert last.shape[0] < first.shape[0] / 2


def test_without_pictures_there_is_a_page_that_says_so(tmp_path: Path) -> None:
    """And nothing else."""
    assert picture(drawn(tmp_path / "out.png", [])[0]).std() > 1


@pytest.mark.parametrize("status", Status)
def test_a_status_is_told_without_colours(status: Status) -> None:
    """As on a grey printer: each tile differs from those of the others, in its sign and in its word."""
    shot = Shot.of(SIGHTS["sure"], 1)
    bands = {
        one: cv2.cvtColor(tile.draw_tile(Answer(1, "", one, "", "7", 0.9), shot, 1)[:18], cv2.COLOR_BGR2GRAY) > 200
        for one in Status
    }
    others = [band for one, band in bands.items() if one is not status]
    assert all((bands[status][:, :20] != band[:, :20]).sum() > 10 for band in others)
    assert all((bands[status][:, 22:] != band[:, 22:]).sum() > 10 for band in others)


@pytest.mark.parametrize("sight", SIGHTS.values(), ids=SIGHTS)
def test_pixels_come_back_as_they_were(sight: Sight) -> None:
    """They wait in a file, however large the picture was."""
    shot = Shot.of(sight, 2)
    again = Shot.from_bytes(shot.to_bytes(), 2)
    assert (shot.picture.tobytes(), shot.digit.tobytes()) == (again.picture.tobytes(), again.digit.tobytes())


@pytest.mark.parametrize(("name", "why"), [("nowhere/x.png", "there is no folder"), ("x.txt", "no kind of picture")])
def test_a_place_that_will_not_do_is_told_at_once(tmp_path: Path, name: str, why: str) -> None:
    """Before any picture is read."""
    with pytest.raises(UsageError, match=f"cannot write the sheet .*{why}") as error:
        ContactSheet(tmp_path / name)
    assert "Name a .png" in error.value.hint


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which folder has no room, and how to name another."""

    def full() -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(contact_sheet.tempfile, "TemporaryFile", full)
    with pytest.raises(SurroundingsError, match=f"in {tempfile.gettempdir()}: No space left") as error:
        ContactSheet(tmp_path / "x.png")
    assert "TMPDIR" in error.value.hint
