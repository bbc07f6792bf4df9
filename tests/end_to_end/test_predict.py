"""`predict`: read pictures where they lie; nothing is moved or written but the figure."""

import json
import re
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.end_to_end.pictures import KINDS, png, rotated_jpeg
from tests.end_to_end.process import run_program


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a 3, a lying 7 in a subfolder, an empty picture and a text; no config."""
    (tmp_path / "pictures" / "sub").mkdir(parents=True)
    (tmp_path / "pictures" / "3.png").write_bytes(png(3))
    (tmp_path / "pictures" / "sub" / "7.jpg").write_bytes(rotated_jpeg(7))
    (tmp_path / "pictures" / "empty.png").write_bytes(b"")
    (tmp_path / "pictures" / "notes.txt").write_text("no picture", encoding="utf-8")
    return tmp_path / "pictures"


def test_a_line_says_digit_and_confidence(folder: Path) -> None:
    """Name, digit, confidence in per cent; of a bad picture its reason; and nothing is touched."""
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    done = run_program("predict", "3.png", "sub/7.jpg", "empty.png", cwd=folder)
    assert done.returncode == 0, done.stderr
    three, seven, empty = done.stdout.splitlines()
    assert re.fullmatch(r"3\.png: 3 (9\d|100)\.\d%", three)
    assert re.fullmatch(r"sub/7\.jpg: 7 (9\d|100)\.\d%", seven)
    assert empty == "empty.png: - unreadable (empty_file: the file has no bytes)"
    assert before == {path: path.stat().st_mtime_ns for path in folder.rglob("*")}


def test_json_carries_all_ten_scores(folder: Path) -> None:
    """One object a line: scores that sum to 1, the digit the greatest of them; a folder stands for its pictures."""
    done = run_program("predict", "--json", str(folder), cwd=folder.parent)
    assert done.returncode == 0, done.stderr
    facts = {Path(fact["file"]).name: fact for fact in map(json.loads, done.stdout.splitlines())}
    assert set(facts) == {"3.png", "7.jpg", "empty.png"}
    assert (facts["3.png"]["status"], facts["3.png"]["prediction"]) == ("ok", "3")
    assert len(facts["3.png"]["scores"]) == 10
    assert sum(facts["3.png"]["scores"]) == pytest.approx(1)
    assert int(np.argmax(facts["7.jpg"]["scores"])) == 7
    assert (facts["empty.png"]["status"], facts["empty.png"]["prediction"]) == ("unreadable", None)
    assert facts["empty.png"]["reason"] == "empty_file"


def test_figure_shows_every_picture(tmp_path: Path) -> None:
    """The figure is a picture that opens, and larger for more pictures; bad ones have a card too."""
    for name, make in KINDS.items():
        (tmp_path / name).write_bytes(make(5))
    (tmp_path / "empty.png").write_bytes(b"")
    done = run_program("predict", *sorted(KINDS), "empty.png", "--figure", "figure.png", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "figure.png" in done.stderr
    figure = cv2.imread(str(tmp_path / "figure.png"))
    assert figure is not None
    done = run_program("predict", "grey.png", "--figure", "single.png", cwd=tmp_path)
    single = cv2.imread(str(tmp_path / "single.png"))
    assert single is not None
    assert figure.size > 8 * single.size
    assert single.std() > 10  # something is drawn


def test_a_sheet_shows_a_whole_folder(folder: Path) -> None:
    """A page on which all three stand; how many there are of each status is said, beside the lines."""
    done = run_program("predict", ".", "--sheet", "../sheet.png", "--sort", "name", "--page", "phone", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 3
    assert "3 pictures: 2 ok, 1 unreadable; " in done.stderr
    assert "sheet: ../sheet.png\n" in done.stderr
    page = cv2.imread(str(folder.parent / "sheet.png"))
    assert page is not None
    assert page.shape[1] == 1080
    left, middle, right = (page[100:500, at : at + 300].std() for at in (40, 370, 700))
    assert min(left, middle, right) > 20


def test_a_path_that_is_not_there_is_named(folder: Path) -> None:
    """Exit code 2, one line with the path, and a hint."""
    done = run_program("predict", "3.png", "nowhere.png", cwd=folder)
    assert done.returncode == 2
    assert "error: nowhere.png is not there" in done.stderr
    assert "Give pictures" in done.stderr


def test_a_figure_that_cannot_be_written_is_said(folder: Path) -> None:
    """Exit code 2 and the path."""
    done = run_program("predict", "3.png", "--figure", "no/such/folder.png", cwd=folder)
    assert done.returncode == 2
    assert "no/such/folder.png" in done.stderr
    assert "Traceback" not in done.stderr
