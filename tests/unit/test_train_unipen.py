"""train.unipen: strokes by part, letters that are no digits, and what is said of files that are none."""

import gzip
import json
from pathlib import Path

import pytest

from train import unipen
from watcher.errors import UsageError


def written(folder: Path, name: str, records: list[dict[str, object]]) -> Path:
    """The folder, with a file of these records in it."""
    with gzip.open(folder / f"{name}.jsonl.gz", "wt") as lines:
        lines.writelines(json.dumps(record) + "\n" for record in records)
    return folder


def record(label: str, part: str = "train", **changes: object) -> dict[str, object]:
    """One line of UniPen's files."""
    return {"writer": "a", "label": label, "part": part, "strokes": [[[0, 0], [10, 1000]], [[5, 5]]], **changes}


def test_digits_are_read_by_part(tmp_path: Path) -> None:
    """A part gives its own writers' digits alone, each stroke as x and y."""
    folder = written(tmp_path, "digits", [record("1"), record("2", "validate"), record("3", "report")])
    (found,) = unipen.load(folder, "validate")
    assert ("2", "a") == (found.label, found.writer)
    assert [[0, 0], [10, 1000]] == found.lines[0].tolist()
    assert [[5, 5]] == found.lines[1].tolist()


def test_letters_that_pass_for_digits_are_left_out(tmp_path: Path) -> None:
    """An O or an l alone is a digit to any reader; an A and a k are not."""
    written(tmp_path, "letters-upper", [record(label) for label in "AOISZB"])
    written(tmp_path, "letters-lower", [record(label) for label in "olzkqgby"])
    assert ["A", "k"] == [found.label for found in unipen.letters(tmp_path, "train")]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ({"label": "1", "part": "train"}, "strokes"),
        (record("1", strokes=[]), "no strokes"),
        (record("1", strokes=[[]]), "a stroke without points"),
        (record("1", strokes=[[[0, 1, 2]]]), "no record of strokes"),
        (["no", "record"], "no record of strokes"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, line: dict[str, object], says: str) -> None:
    """The message names the file and what is wrong in it; the hint says what belongs there."""
    with pytest.raises(UsageError, match=says) as caught:
        unipen.load(written(tmp_path, "digits", [line]), "train")
    assert str(tmp_path / "digits.jsonl.gz") in str(caught.value)
    assert "digits.jsonl.gz, letters-upper.jsonl.gz" in caught.value.hint


# With ids: gzip writes the time into the bytes, and workers that collect a second apart must agree on the names.
@pytest.mark.parametrize("data", [None, b"plain", gzip.compress(b"{}" * 100)[:-9]], ids=["missing", "plain", "cut"])
def test_a_missing_or_cut_file_is_refused(tmp_path: Path, data: bytes | None) -> None:
    """No file, no gzip, or half of one: said as such."""
    if data is not None:
        (tmp_path / "digits.jsonl.gz").write_bytes(data)
    with pytest.raises(UsageError, match="cannot be read"):
        unipen.load(tmp_path, "train")


def test_a_part_that_is_not_there_is_said(tmp_path: Path) -> None:
    """Nothing is trained on an empty set."""
    with pytest.raises(UsageError, match="nothing of part `report`"):
        unipen.load(written(tmp_path, "digits", [record("1")]), "report")
