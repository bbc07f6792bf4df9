"""train.people: what people gave, divided into what trains and what judges."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from drawing import digit, encoded

from train import people
from train.digits import GARBAGE
from watcher.errors import UsageError

SMALL = [cv2.resize(digit(number), (28, 28), interpolation=cv2.INTER_AREA) for number in range(10)]


def given(folder: Path, labels: Sequence[str], writers: Sequence[str] = ()) -> Path:
    """A picture for each label, no two alike, in a folder with labels.csv."""
    folder.mkdir()
    head = "file,label,writer" if writers else "file,label"
    lines = [head]
    for number, label in enumerate(labels):
        picture = SMALL[number % 10].copy()
        picture[0, :3] = 250 + len(folder.name), 255 - number // 16, 255 - number % 16  # a hash of its own
        (folder / f"{number}.png").write_bytes(encoded(picture))
        lines.append(",".join([f"{number}.png", label, *([writers[number]] if writers else [])]))
    (folder / "labels.csv").write_text("\n".join(lines) + "\n")
    return folder


def names(found: people.People) -> set[str]:
    return {picture.path.name for picture in found.held_out}


def test_each_picture_either_trains_or_judges(tmp_path: Path) -> None:
    """About three in ten judge; what is no digit goes to the eleventh output."""
    found = people.people([given(tmp_path / "a", [*"0123456789", "not_a_digit"] * 20)])
    assert 220 == len(found.training) + len(found.held_out) + found.unread
    assert 0.2 < len(found.held_out) / 220 < 0.4
    assert {*range(10), GARBAGE} == set(found.training.labels.tolist())
    assert (28, 28) == found.training.pictures.shape[1:]


def test_what_was_held_out_stays_so_whatever_is_added(tmp_path: Path) -> None:
    """Else the next improvement would be judged by what this one was trained on."""
    first = given(tmp_path / "a", list("0123456789") * 12)
    alone = people.people([first])
    more = people.people([first, given(tmp_path / "bb", list("01234") * 10)])
    assert names(alone) == {one.path.name for one in more.held_out if one.path.is_relative_to(first)}


def test_a_writer_is_held_out_as_one(tmp_path: Path) -> None:
    """By the column of that name, without being asked; --by names another one."""
    writers = [f"w{number % 20}" for number in range(200)]
    folder = given(tmp_path / "a", ["7"] * 200, writers)
    judging = {one.columns["writer"] for one in people.people([folder]).held_out}
    assert {writer for writer in writers if people.is_held_out(writer)} == judging
    single = people.people([folder], by="file")
    assert {f"{number}.png" for number in range(200) if people.is_held_out(f"{number}.png")} == names(single)
    with pytest.raises(UsageError, match="--by colour"):
        people.people([folder], by="colour")


def test_the_same_picture_counts_once_and_has_one_label(tmp_path: Path) -> None:
    """Dropped twice it would stand on both sides."""
    first = given(tmp_path / "a", ["7"] * 120)
    second = tmp_path / "b"
    second.mkdir()
    for path in first.iterdir():
        (second / path.name).write_bytes(path.read_bytes())
    twice = people.people([first, second])
    assert (120, 120) == (len(twice.training) + len(twice.held_out), twice.passed_over)
    (second / "labels.csv").write_text((first / "labels.csv").read_text().replace("5.png,7", "5.png,1"))
    with pytest.raises(UsageError, match="are one picture, labelled 7 and 1"):
        people.people([first, second])


def test_other_labels_are_passed_over_and_unreadable_pictures_counted(tmp_path: Path) -> None:
    """A number of two digits trains nothing here; a blank sheet is nothing to learn from."""
    folder = given(tmp_path / "a", ["7"] * 120 + ["11", "?"])
    blank = encoded(np.full((30, 30), 255, np.uint8))
    training = next(
        number
        for number in range(120)
        if not people.is_held_out(hashlib.sha256((folder / f"{number}.png").read_bytes()).hexdigest())
    )
    before = people.people([folder])
    (folder / f"{training}.png").write_bytes(blank)
    after = people.people([folder])
    assert (2, 2) == (before.passed_over, after.passed_over)
    lost = not people.is_held_out(hashlib.sha256(blank).hexdigest())
    assert (0, int(lost)) == (before.unread, after.unread)


def test_too_few_prove_nothing(tmp_path: Path) -> None:
    """Said before anything is trained, with the numbers."""
    with pytest.raises(UsageError, match="20 of each are needed") as caught:
        people.people([given(tmp_path / "a", ["7"] * 30)])
    assert "more" in caught.value.hint
