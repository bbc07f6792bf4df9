"""watcher.predict: pictures are read where they lie."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from drawing import digit, encoded

from watcher import predict
from watcher.config import Config
from watcher.drawing.contact_sheet import ContactSheet
from watcher.errors import UsageError
from watcher.models import SHIPPED
from watcher.recognition.model import Model


class Seven:
    def logits(self, batch: np.ndarray) -> np.ndarray:
        return np.array([[0.0] * 7 + [9.0, 3.0, 0.0]], np.float32)


@pytest.fixture(autouse=True)
def model(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The paths that a model was loaded from."""
    loaded: list[Path] = []
    monkeypatch.setattr(predict, "load_model", lambda path, _: loaded.append(path) or Model("seven", Seven()))
    return loaded


def said(capsys: pytest.CaptureFixture[str], *paths: Path, **options: object) -> list[str]:
    given = {"as_json": False, "figure": None, "model": None} | options
    predict.predict_command(Config(), paths, **given)  # type: ignore[arg-type]
    return capsys.readouterr().out.splitlines()


def test_a_line_a_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Digit and confidence where it is ok; else the status and why."""
    (tmp_path / "7.png").write_bytes(encoded(digit(7)))
    (tmp_path / "empty.png").touch()
    (tmp_path / "two.png").write_bytes(encoded(np.hstack([digit(4)[:, 30:170], digit(7)[:, 30:170]])))
    assert [
        f"{tmp_path}/7.png: 7 99.6%",
        f"{tmp_path}/empty.png: - unreadable (empty_file: the file has no bytes)",
        f"{tmp_path}/two.png: 7 99.6% review (several_digits: 2 digits seem to stand in this picture;"
        " the most prominent one was read; next 8 0.2%)",
    ] == said(capsys, tmp_path / "7.png", tmp_path / "empty.png", tmp_path / "two.png")


def test_json_has_all_scores(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One object a line."""
    (tmp_path / "a\n7.png").write_bytes(encoded(digit(7)))
    (line,) = said(capsys, tmp_path / "a\n7.png", as_json=True)
    found = json.loads(line)
    assert (f"{tmp_path}/a\\x0a7.png", "ok", "7", 10) == (
        found["file"], found["status"], found["prediction"], len(found["scores"]),
    )  # fmt: skip


def test_a_folder_stands_for_its_pictures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Also those in subfolders, by name; other files in it are passed over, a named one is not."""
    for name in ("b.png", "sub/a.PNG", "notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(encoded(digit(7)))
    assert ["b.png", "a.PNG"] == [Path(line.split(":")[0]).name for line in said(capsys, tmp_path)]
    assert 1 == len(said(capsys, tmp_path / "notes.txt"))


def test_a_path_that_is_not_there_stops_before_the_model_is_loaded(tmp_path: Path, model: list[Path]) -> None:
    """A slip of the pen costs no waiting."""
    with pytest.raises(UsageError, match="is not there"):
        predict.predict_command(Config(), [tmp_path / "no.png"], as_json=False, figure=None, model=None)
    assert [] == model


def test_the_model_named_wins_over_the_configs(tmp_path: Path, model: list[Path]) -> None:
    """--model, then config, then the shipped one."""
    for config, named in ((Config(), None), (Config(model=Path("c")), None), (Config(model=Path("c")), Path("n"))):
        predict.predict_command(config, [tmp_path], as_json=False, figure=None, model=named)
    assert [SHIPPED, Path("c"), Path("n")] == model


def test_a_figure_shows_what_was_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its path is said on stderr."""
    (tmp_path / "7.png").write_bytes(encoded(digit(7)))
    predict.predict_command(Config(), [tmp_path], as_json=False, figure=tmp_path / "out.png", model=None)
    assert f"figure: {tmp_path / 'out.png'}\n" in capsys.readouterr().err
    assert (tmp_path / "out.png").stat().st_size > 1000


def test_of_a_folder_it_says_how_many_and_how_fast(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On stderr, whatever is printed; of single files it says no more than asked."""
    (tmp_path / "7.png").write_bytes(encoded(digit(7)))
    (tmp_path / "empty.png").touch()
    for as_json in (False, True):
        predict.predict_command(Config(), [tmp_path], as_json=as_json, figure=None, model=None)
        told = capsys.readouterr().err
        assert re.fullmatch(r"2 pictures: 1 ok, 1 unreadable; \d+\.\d s, [\d,]+ a second\n", told)
    predict.predict_command(Config(), [tmp_path / "7.png"], as_json=False, figure=None, model=None)
    assert "" == capsys.readouterr().err


def test_a_figure_that_cannot_be_written_is_told_before_anything_is_read(tmp_path: Path, model: list[Path]) -> None:
    """A slip of the pen costs no waiting."""
    with pytest.raises(UsageError, match="there is no folder"):
        predict.predict_command(Config(), [tmp_path], as_json=False, figure=tmp_path / "no" / "x.png", model=None)
    assert [] == model


def test_a_sheet_has_all_pictures_by_their_names_in_the_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And it is said where its pages are."""
    for name in ("a/7.png", "b/7.png"):
        (tmp_path / "in" / name).parent.mkdir(parents=True)
        (tmp_path / "in" / name).write_bytes(encoded(digit(7)))
    with ContactSheet(tmp_path / "out.png") as sheet:
        added: list[str] = []
        monkeypatch.setattr(sheet, "add", lambda name, _: added.append(name))
        said(capsys, tmp_path / "in", tmp_path / "in" / "a" / "7.png", sheet=sheet)
        assert ["a/7.png", "b/7.png", "7.png"] == added
        monkeypatch.setattr(sheet, "draw", lambda: [tmp_path / "out-1.png", tmp_path / "out-2.png"])
        predict.predict_command(Config(), [tmp_path / "in" / "a" / "7.png"], as_json=False, figure=None, model=None,
                                sheet=sheet)  # fmt: skip
    assert f"sheet: {tmp_path / 'out-1.png'} to out-2.png, 2 pages\n" == capsys.readouterr().err
