"""watcher.config: config.yaml is taken whole or refused with the key, the value and what to do."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from watcher import config
from watcher.errors import ConfigError

SHIPPED = Path(__file__).parents[2] / "config.yaml"


def written(folder: Path, text: str) -> Path:
    path = folder / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def settings(model: BaseModel, prefix: str = "") -> dict[str, Any]:
    """Dotted key → value, of all settings."""
    found: dict[str, Any] = {}
    for key in type(model).model_fields:
        value = getattr(model, key)
        found |= settings(value, f"{prefix}{key}.") if isinstance(value, BaseModel) else {prefix + key: value}
    return found


def flat(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in values.items():
        found |= flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key: value}
    return found


def test_the_shipped_file_lists_every_setting_with_its_default() -> None:
    """config.yaml at the root of the repository names all settings, no others, each with its default."""
    shipped = flat(yaml.safe_load(SHIPPED.read_text(encoding="utf-8")))
    default = {key: str(v) if isinstance(v, Path) else v for key, v in settings(config.Config()).items()}
    assert default == shipped


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    """Relative folders are meant from the config file's place, wherever the command is run."""
    path = written(tmp_path, "inbox: scans\noutbox: ../results\n")
    found = config.load(path)
    assert (tmp_path / "scans", tmp_path.parent / "results") == (found.inbox, found.outbox)
    assert tmp_path.parent / "results" / ".state" == found.state_folder


def test_folders_on_the_command_line_win(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--inbox and --outbox replace what the file says, relative to the current folder."""
    monkeypatch.chdir(tmp_path)
    found = config.load(written(tmp_path, "inbox: a\noutbox: b\n"), inbox=Path("c"), outbox=Path("d"))
    assert (tmp_path / "c", tmp_path / "d") == (found.inbox, found.outbox)


def test_a_home_that_nobody_has_is_just_a_name(tmp_path: Path) -> None:
    """~nobody/inbox where there is no such user does not end in a traceback."""
    found = config.load(written(tmp_path, "inbox: ~no-such-user/in\n"))
    assert tmp_path / "~no-such-user" / "in" == found.inbox


def test_an_empty_file_means_the_defaults(tmp_path: Path) -> None:
    """No line at all: every setting has its default."""
    assert config.Config().reading == config.load(written(tmp_path, "# nothing\n")).reading


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("reading: {workrs: 2}\n", "unknown key `reading.workrs` (value 2)"),
        ("colour: red\n", "unknown key `colour` (value 'red')"),
        ("reading: {workers: many}\n", "`reading.workers` is 'many'"),
        ("reading: {workers: 65}\n", "`reading.workers` is 65: input should be less than or equal to 64"),
        ("reading: {accepted_error: 0}\n", "`reading.accepted_error` is 0: input should be greater than 0"),
        ("reading: {accepted_error: 1}\n", "`reading.accepted_error` is 1: input should be less than or equal to 0.5"),
        ("reading: {accepted_error: low}\n", "`reading.accepted_error` is 'low'"),
        ("watch: {settle_seconds: 0}\n", "`watch.settle_seconds` is 0: input should be greater than 0"),
        ("watch: {settle_seconds: .nan}\n", "`watch.settle_seconds` is nan"),
        ("watch: [1]\n", "`watch` is [1]"),
        ("inbox: 5\n", "`inbox` is 5"),
        ("archive: {time_zone: Mars/Base}\n", "`archive.time_zone` is 'Mars/Base': no such time zone"),
        ("archive: {time_zone: ../../etc/passwd}\n", "no such time zone"),
        ("log: {level: loud}\n", "`log.level` is 'loud'"),
        ("digit_watcher: 2\n", "`digit_watcher` is 2"),
        ("input: {scale: percent}\n", "`input.scale` is 'percent'"),
        ("outbox: inbox\n", "lies in the inbox"),
        ("outbox: inbox/out\n", "results would be read as pictures"),
        ("inbox: outbox/in\n", "lies in the outbox"),
        ("inbox: x/../outbox/archive\n", "lies in the outbox"),
        ("state: inbox\n", "lie in each other"),
        ("state: inbox/state\n", "lie in each other"),
        ("state: outbox\n", "must not be or contain the outbox"),
        ("inbox: [\n", "is not valid YAML"),
        ("just words\n", "holds a str, not settings"),
    ],
)
def test_what_cannot_work_is_refused(tmp_path: Path, text: str, says: str) -> None:
    """The message names the file, the key and the value; a hint says what to do."""
    path = written(tmp_path, text)
    with pytest.raises(ConfigError) as refused:
        config.load(path)
    assert str(path) in str(refused.value)
    assert says in str(refused.value)
    assert "" != refused.value.hint


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    """Two wrong keys give two lines."""
    with pytest.raises(ConfigError) as refused:
        config.load(written(tmp_path, "a: 1\nb: 2\n"))
    assert 2 == len(str(refused.value).splitlines())


def test_a_missing_file_and_one_that_is_no_text_are_refused(tmp_path: Path) -> None:
    """A path that is not there, and bytes that are no UTF-8, are told with the path."""
    with pytest.raises(ConfigError, match="No such file"):
        config.load(tmp_path / "nothing.yaml")
    (tmp_path / "config.yaml").write_bytes(b"inbox: \xff\n")
    with pytest.raises(ConfigError, match="is not valid YAML"):
        config.load(tmp_path / "config.yaml")


def test_our_file_in_the_current_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """./config.yaml is used where it has our key, and a named file before it."""
    monkeypatch.chdir(tmp_path)
    written(tmp_path, "digit_watcher: 1\n")
    assert (Path("config.yaml"), "") == config.find(None, folders_given=False)
    assert (Path("other.yaml"), "") == config.find(Path("other.yaml"), folders_given=False)


def test_another_programs_file_is_passed_over_and_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ./config.yaml without our key is not used; a remark says so."""
    monkeypatch.chdir(tmp_path)
    written(tmp_path, "theme: dark\n")
    path, remark = config.find(None, folders_given=True)
    assert path is None
    assert "another program's" in remark


def test_our_file_with_a_slip_is_not_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken file that names our key is found, so that its error is shown."""
    monkeypatch.chdir(tmp_path)
    written(tmp_path, "digit_watcher: 1\ninbox: [\n")
    assert Path("config.yaml") == config.find(None, folders_given=False)[0]


def test_no_file_anywhere_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a file and without both folders the error names the options; the system's file is the last resort."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(config, "SYSTEM_CONFIG", tmp_path / "etc.yaml")
    with pytest.raises(ConfigError) as refused:
        config.find(None, folders_given=False)
    assert "--inbox DIR and --outbox DIR" in refused.value.hint
    (tmp_path / "etc.yaml").touch()
    assert tmp_path / "etc.yaml" == config.find(None, folders_given=False)[0]


def test_no_workers_named_means_one_a_core_at_most_eight(monkeypatch: pytest.MonkeyPatch) -> None:
    """0 is resolved by the cores that this process may use; a number is taken as it is."""
    monkeypatch.setattr(config.os, "sched_getaffinity", lambda _: set(range(12)), raising=False)
    assert 8 == config.Reading().worker_count
    monkeypatch.setattr(config.os, "sched_getaffinity", lambda _: {0, 5}, raising=False)
    assert 2 == config.Reading().worker_count
    assert 3 == config.Reading(workers=3).worker_count
