"""train.cli: what a person sees who calls it wrongly; none of it loads TensorFlow."""

import sys
from pathlib import Path

import pytest

from train import cli, recipe


def call(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> int:
    """The exit code of `digit-train` with these arguments."""
    monkeypatch.setattr(sys, "argv", ["digit-train", *map(str, arguments)])
    try:
        cli.main()
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


@pytest.mark.parametrize(
    ("arguments", "code", "says", "hint"),
    [
        (["fit", "--resume"], 2, "--resume needs the run", "add --run DIR"),
        (["fit", "--run", "old"], 2, "there is a run already", "--resume"),
        (
            ["fit", "--run", "old", "--resume", "--epochs", "3"],
            2,
            "--epochs cannot be given with --resume",
            "config.json",
        ),
        (["fit", "--run", "nothing", "--resume"], 2, "no recipe of a training run", "fit --run DIR"),
        (["fit", "--run", "file/run"], 4, "--run file/run: Not a directory", "write to"),
        (["evaluate", "nowhere", "--data", "x"], 5, "nowhere", ""),
        (["evaluate", "--colour"], 2, "No such option", ""),
        (["sing"], 2, "No such command", ""),
        (["improve", "nowhere", "--out", "x"], 2, "'nowhere' does not exist", ""),
        (["improve", "old", "--out", "old"], 2, "--out old: there is something already", "not there yet"),
    ],
)
def test_a_wrong_call_says_what_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    arguments: list[str], code: int, says: str, hint: str,
) -> None:  # fmt: skip
    """One error on stderr, its hint, the documented exit code, nothing on stdout."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old").mkdir()
    recipe.save(recipe.recipe_for("mlp", 1), tmp_path / "old")
    (tmp_path / "file").write_text("")
    assert code == call(monkeypatch, *arguments)
    shown = capsys.readouterr()
    assert says in shown.err
    assert hint in shown.err
    assert "" == shown.out


@pytest.mark.parametrize("command", ["fit", "evaluate", "export", "improve"])
def test_every_command_explains_itself(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    """--help is there, without TensorFlow."""
    assert 0 == call(monkeypatch, command, "--help")
    assert "Options:" in capsys.readouterr().out
    assert "tensorflow" not in sys.modules


def test_a_recipe_comes_back_as_it_was(tmp_path: Path) -> None:
    """config.json holds every hyper-parameter."""
    made = recipe.recipe_for("digitnet", 3)
    recipe.save(made, tmp_path)
    assert made == recipe.load(tmp_path)
