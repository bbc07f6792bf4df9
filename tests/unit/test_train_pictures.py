"""train.pictures: folders of labelled pictures."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from train import pictures
from watcher.errors import UsageError


def draw(path: Path, digit: str) -> None:
    """A digit in black on white."""
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet = np.full((60, 50), 255, np.uint8)
    cv2.putText(sheet, digit, (8, 50), cv2.FONT_HERSHEY_SIMPLEX, 1.6, 0, 3)
    cv2.imwrite(str(path), sheet)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A folder with labels.csv: two digits, a number of two, and a sheet that is blank."""
    draw(tmp_path / "a.png", "3")
    draw(tmp_path / "pictures" / "b.png", "8")
    draw(tmp_path / "images" / "c.png", "1")
    cv2.imwrite(str(tmp_path / "blank.png"), np.full((40, 40), 255, np.uint8))
    (tmp_path / "labels.csv").write_text(
        "file,label,kind\na.png,3,single\nb.png,8,single\nc.png,11,multi\nblank.png,5,single\n"
    )
    return tmp_path


def test_folders_named_by_digit_are_listed(tmp_path: Path) -> None:
    """DIR/<digit>/* in order; other files and folders are passed over."""
    draw(tmp_path / "7" / "b.png", "7")
    draw(tmp_path / "0" / "a.PNG", "0")
    draw(tmp_path / "x" / "c.png", "1")
    (tmp_path / "7" / "notes.txt").write_text("not a picture")
    assert ["0", "7"] == [found.label for found in pictures.listed(tmp_path)]


def test_a_table_is_listed_with_its_columns(table: Path) -> None:
    """Files are found beside labels.csv, in pictures/ and in images/."""
    found = pictures.listed(table)
    assert ["3", "8", "11", "5"] == [picture.label for picture in found]
    assert [True, True, False, True] == [picture.is_digit for picture in found]
    assert "multi" == found[2].columns["kind"]


def test_only_keeps_what_every_condition_allows(table: Path) -> None:
    """Conditions are joined by and."""
    kept = pictures.only(pictures.listed(table), ["kind=single", "label=8"])
    assert ["b.png"] == [picture.path.name for picture in kept]


@pytest.mark.parametrize(
    ("condition", "says", "hint"),
    [
        ("kind", "not of the form column=value", "--only kind=single"),
        ("colour=red", "--only colour: labels.csv has no such column", "file, kind, label"),
        ("kind=none", "no picture is left", "labels.csv"),
    ],
)
def test_a_condition_that_fits_nothing_is_refused(table: Path, condition: str, says: str, hint: str) -> None:
    """The message names the condition, the hint what would fit."""
    with pytest.raises(UsageError) as caught:
        pictures.only(pictures.listed(table), [condition])
    assert says in str(caught.value)
    assert hint in caught.value.hint


def test_a_listed_file_that_is_not_there_is_named(table: Path) -> None:
    """A row for a lost picture stops the run before hours are spent."""
    (table / "a.png").unlink()
    with pytest.raises(UsageError, match=r"names a\.png, which is not there"):
        pictures.listed(table)


def test_a_table_without_the_two_columns_is_refused(tmp_path: Path) -> None:
    """labels.csv must say file and label."""
    (tmp_path / "labels.csv").write_text("name,digit\na.png,3\n")
    with pytest.raises(UsageError, match="its header is name,digit"):
        pictures.listed(tmp_path)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    """Nothing labelled is no set."""
    with pytest.raises(UsageError, match="no labelled pictures"):
        pictures.listed(tmp_path)


def test_pictures_come_in_the_form_that_the_network_is_served(table: Path) -> None:
    """28×28, ink 255 on 0; what cannot be read is counted, what is no digit left out."""
    digits, unread = pictures.as_digits(pictures.listed(table))
    assert [3, 8] == digits.labels.tolist()
    assert 1 == unread
    assert (2, 28, 28) == digits.pictures.shape
    assert [255, 255] == digits.pictures.max(axis=(1, 2)).tolist()
    assert 0 == digits.pictures[:, 0].max()


def test_what_is_no_digit_comes_along_where_the_network_knows_it(table: Path) -> None:
    """As its eleventh output; else it is left out, as every other label."""
    with (table / "labels.csv").open("a") as lines:
        lines.write("c.png,not_a_digit,single\n")
    found = pictures.listed(table)
    assert [3, 8] == pictures.as_digits(found)[0].labels.tolist()
    assert [3, 8, 10] == pictures.as_digits(found, garbage=True)[0].labels.tolist()
