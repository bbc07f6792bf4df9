"""watcher.settings_shown: `config` prints what is in force, and where it is from."""

import json
from pathlib import Path

import pytest

from watcher import config
from watcher.errors import ConfigError
from watcher.settings_shown import config_command, schema_command

TEXT = "digit_watcher: 1\ninbox: scans # äöü\nwatch: {settle_seconds: 3}\narchive: {time_zone: Europe/Berlin}\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_what_is_printed_is_a_config_that_says_the_same(
    tmp_path: Path, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Put into a file anywhere else, it means the same folders."""
    config_command(file, None, tmp_path / "out", as_json=False)
    again = tmp_path / "elsewhere" / "config.yaml"
    again.parent.mkdir()
    again.write_text(capsys.readouterr().out, encoding="utf-8")
    assert config.load(file, outbox=tmp_path / "out") == config.load(again)


def test_each_setting_says_where_it_is_from(tmp_path: Path, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Option, file or default; a line each."""
    config_command(file, None, tmp_path / "out", as_json=False)
    lines = capsys.readouterr().out.splitlines()
    assert f"# {file}; paths are absolute here" == lines[0]
    told = [line for line in reversed(lines[1:]) if "#" in line]  # of two `inbox` the first is the folder
    said = {line.split(":")[0].strip(): line.rpartition("# ")[2] for line in told}
    assert ("file", "option", "default") == (said["inbox"], said["outbox"], said["state"])
    assert ("file", "default", "file") == (said["settle_seconds"], said["rescan_seconds"], said["time_zone"])


def test_the_same_as_json(tmp_path: Path, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The settings in their groups, and where each is from by its dotted key."""
    config_command(file, None, None, as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert str(file) == found["file"]
    assert (str(tmp_path / "scans"), 3.0) == (found["settings"]["inbox"], found["settings"]["watch"]["settle_seconds"])
    assert ("file", "default") == (found["from"]["watch.settle_seconds"], found["from"]["log.level"])


def test_without_a_file_all_is_default_but_the_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As where `run --inbox DIR --outbox DIR` is called anywhere."""
    monkeypatch.chdir(tmp_path)
    config_command(None, tmp_path / "a", tmp_path / "b", as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert {"inbox", "outbox"} == {key for key, what in found["from"].items() if what == "option"}
    assert {"option", "default"} == {*found["from"].values()}


def test_a_file_that_cannot_be_used_is_refused(file: Path) -> None:
    """As `run` would."""
    file.write_text("digit_watcher: 1\nspeed: 9\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="unknown key `speed`"):
        config_command(file, None, None, as_json=False)


def test_the_schema_needs_no_config(capsys: pytest.CaptureFixture[str]) -> None:
    """It is printed as it stands in docs."""
    schema_command()
    kept = Path(__file__).parents[2] / "docs" / "config.schema.json"
    assert kept.read_text(encoding="utf-8") == capsys.readouterr().out
