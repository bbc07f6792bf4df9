"""watcher.check: what could fail later is said now, a line each."""

import errno
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from scenes import ROOT, SOMEBODY, without_powers

from watcher import check
from watcher.checks.findings import Finding, fail, ok, warn
from watcher.checks.reading import check_model
from watcher.checks.scene import Scene
from watcher.config import Config
from watcher.errors import ConfigError, ModelError, SurroundingsError


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """Folders as after installation, a clock that somebody sets, and a model that answers."""
    (tmp_path / "in").mkdir()
    monkeypatch.setitem(check.CHECKS, "model", lambda _: [ok("net-01234567 loads")])
    monkeypatch.setattr("watcher.checks.clock._is_synchronised", lambda: True)
    monkeypatch.setattr("watcher.checks.unit._units", lambda: iter(()))
    return Config(inbox=tmp_path / "in", outbox=tmp_path / "out")


def lines(config: Config, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    code = check.check_command(config)
    return code, capsys.readouterr().out.splitlines()


def only(monkeypatch: pytest.MonkeyPatch, **checks: object) -> None:
    monkeypatch.setattr(check, "CHECKS", checks)


def test_all_is_well(config: Config, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Exit code 0, every line says ok, each check says something, and nothing was made."""
    with without_powers(tmp_path):
        code, said = lines(config, capsys)
    assert [] == [line for line in said[:-2] if not line.startswith("ok    ")]
    assert (0, f"All is well: {len(said) - 2} things were tried.") == (code, said[-1])
    assert set(check.CHECKS) == {line[6:].partition(":")[0] for line in said[:-2]}
    assert ["in"] == os.listdir(tmp_path)
    assert [] == os.listdir(config.inbox)


def test_the_worst_finding_is_the_exit_code(
    config: Config, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All checks are made, whatever one raises; each failure has its hint; a warning fails nothing."""

    def broken(_: Scene) -> Iterator[Finding]:
        yield ok("first")
        raise ModelError("no model", hint="set it")

    def failing(_: Scene) -> Iterator[Finding]:
        raise OSError(errno.EIO, "fails")

    only(
        monkeypatch, a=broken, b=failing, c=lambda _: [warn("odd", "look at it")], d=lambda _: [fail("bad", "mend it")]
    )
    code, said = lines(config, capsys)
    assert 5 == code
    assert ["ok    a: first", "FAIL  a: no model", "      set it", f"FAIL  b: {os.strerror(errno.EIO)}"] == said[:4]
    assert ["warn  c: odd", "      look at it", "FAIL  d: bad", "      mend it", ""] == said[5:10]
    assert "3 to mend, 1 to know, 1 as they should be." == said[-1]


def test_warnings_alone_are_no_failure(
    config: Config, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It will work: that is said, too."""
    only(monkeypatch, a=lambda _: [warn("odd", "look at it")])
    code, said = lines(config, capsys)
    assert (0, "It will work; 1 to know, 0 as they should be.") == (code, said[-1])


def test_the_same_as_json(config: Config, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """For programs: every finding with its check, level, hint and exit code."""
    only(monkeypatch, a=lambda _: [ok("fine"), fail("bad", "mend it", ConfigError.exit_code)])
    assert 3 == check.check_command(config, as_json=True)
    said = json.loads(capsys.readouterr().out)
    assert 3 == said["exit_code"]
    assert {"check": "a", "level": "fail", "text": "bad", "hint": "mend it", "exit_code": 3} == said["findings"][1]
    assert ["ok", ""] == [said["findings"][0][key] for key in ("level", "hint")]


def test_what_may_not_be_looked_at_is_not_known(
    config: Config, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """To somebody else than the daemon's user; to that user, it is left to the check of the folder itself."""

    def refused(_: Scene) -> Iterator[Finding]:
        raise PermissionError(errno.EACCES, "no", "/x")

    def told(_: Scene) -> Iterator[Finding]:
        raise SurroundingsError("cannot", hint="whose") from PermissionError(errno.EACCES, "no")

    only(monkeypatch, a=refused, b=told)
    code, said = lines(config, capsys)
    assert (4, True, "FAIL  b: cannot") == (code, said[0].startswith("warn  a: not tried: Permission denied"), said[2])
    config.state_folder.mkdir(parents=True)
    monkeypatch.setattr(os, "geteuid", lambda: os.stat(config.state_folder).st_uid + 1)
    code, said = lines(config, capsys)
    assert (0, True) == (code, said[0].startswith("warn  a: not known: Permission denied"))
    assert "warn  b: not known: cannot" == said[1]
    assert said[-1].startswith("Nothing to mend was seen; 2 to know or not known")


@pytest.mark.skipif(not ROOT, reason="only root may act as another user")
def test_root_tries_as_the_user_who_owns_the_state(
    config: Config, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Else nothing would ever be refused; afterwards root is root again."""
    config.state_folder.mkdir(parents=True)
    with without_powers(tmp_path):
        os.seteuid(0)
        monkeypatch.setattr(check, "CHECKS", {"user": check.CHECKS["user"], "who": lambda _: [ok(str(os.geteuid()))]})
        code, said = lines(config, capsys)
    assert (0, f"ok    user: tried as user {SOMEBODY}", f"ok    who: {SOMEBODY}") == (code, said[0], said[1])
    assert 0 == os.geteuid()


def test_a_model_that_is_none_is_told_with_the_code_of_models(tmp_path: Path) -> None:
    """It is loaded as the daemon loads it, in a reader of its own."""
    from scenes import scene_of

    with pytest.raises(ModelError):
        list(check_model(scene_of(tmp_path, model=tmp_path / "none")))


@pytest.mark.skipif(not ROOT, reason="only root may act as another user")
def test_to_somebody_who_may_not_even_see_the_folders_nothing_is_a_fault(
    config: Config, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """All that is not known is said to be so, with how to know it; nothing that is there is said to be missing."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    (closed / "state").mkdir(mode=0o700)
    (tmp_path / "in").rename(closed / "in")
    hidden = Config(inbox=closed / "in", outbox=closed / "out", state=closed / "state")
    with without_powers(tmp_path):
        os.seteuid(0)
        os.seteuid(SOMEBODY - 1)
        code, said = lines(hidden, capsys)
    assert (0, []) == (code, [line for line in said if line.startswith("FAIL")])
    for name in ("daemon", "inbox", "work", "subfolders", "outbox", "state", "nesting", "ledger", "marks", "results"):
        assert [line for line in said if line.startswith(f"warn  {name}: not known: ")], (name, said)
    assert "sudo digit-watcher check" in said[1]
