"""watcher.check: what could fail later is said now, a line each."""

from pathlib import Path

import pytest

from watcher import check
from watcher.config import Config
from watcher.errors import ModelError, SurroundingsError


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """Folders as after installation, and a model that answers."""
    (tmp_path / "in").mkdir()
    monkeypatch.setattr(check, "_model", lambda config: "net-01234567 loads and answers")
    return Config(inbox=tmp_path / "in", outbox=tmp_path / "out")


def lines(config: Config, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = check.check_command(config)
    return code, capsys.readouterr().out


def test_all_is_well(config: Config, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 0, every line says ok, and nothing was made."""
    code, said = lines(config, capsys)
    assert (0, 9) == (code, said.count("ok    "))
    assert "each with at most 1,001 MB for a picture; " in said
    assert ([], False) == (list(config.inbox.iterdir()), config.outbox.exists())


def test_the_worst_finding_is_the_exit_code(
    config: Config, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All tests are made, each failure has its hint."""

    def broken(_: Config) -> str:
        raise ModelError("no model", hint="set it")

    def held(_: Config) -> str:
        raise SurroundingsError("locked", hint="wait")

    monkeypatch.setattr(check, "_model", broken)
    monkeypatch.setattr(check, "_daemon", held)
    monkeypatch.setattr(check.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 1_000_000}))
    config.inbox.rmdir()
    code, said = lines(config, capsys)
    assert (5, 4) == (code, said.count("FAIL  "))
    assert "FAIL  model: no model\n      set it" in said
    assert "only 1 MB are free" in said
    assert f"Make it: mkdir -p '{config.inbox}'" in said


def test_a_remote_state_is_refused_and_a_remote_inbox_told(
    config: Config, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite's WAL is not safe there; events do not come from there."""
    monkeypatch.setattr(check, "filesystem_of", lambda _: "nfs4")
    code, said = lines(config, capsys)
    assert 4 == code
    assert "is on a remote filesystem (nfs4), where SQLite's WAL is not safe" in said
    assert "Set `state` in config.yaml to a folder on a local disk." in said
    assert "which tells of no events: folders are looked at every 5 s" in said


@pytest.mark.parametrize(
    ("folder", "kind"),
    [("/", "ext4"), ("/srv", "ext4"), ("/srv/share", "cifs"), ("/srv/share/a", "cifs"), ("/srv/share2", "ext4"),
     ("/srv/a b", "nfs4")],
)  # fmt: skip
def test_the_filesystem_is_that_of_the_nearest_mount(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, folder: str, kind: str
) -> None:
    """As /proc/self/mounts lists them, blanks in their names included."""
    table = "/dev/sda1 / ext4 rw 0 0\n//host/x /srv/share cifs rw 0 0\nhost:/ /srv/a\\040b nfs4 rw 0 0\n"
    monkeypatch.setattr(check.Path, "read_text", lambda *_, **__: table)
    monkeypatch.setattr(check, "_existing", lambda path: path)
    assert kind == check.filesystem_of(Path(folder))
