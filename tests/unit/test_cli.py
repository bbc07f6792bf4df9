"""watcher.cli: the one place where an exception becomes a message and an exit code."""

import sys
from pathlib import Path

import click
import pytest

from watcher import cli, config
from watcher.errors import ConfigError, DigitWatcherError, ModelError, SurroundingsError, UsageError


def call(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """The exit code of `digit-watcher` with these arguments."""
    monkeypatch.setattr(sys, "argv", ["digit-watcher", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty current folder, and no configuration of the system's."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(config, "SYSTEM_CONFIG", tmp_path / "etc.yaml")


@pytest.mark.parametrize("kind", [DigitWatcherError, UsageError, ConfigError, SurroundingsError, ModelError])
def test_an_error_becomes_its_message_its_hint_and_its_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], kind: type[DigitWatcherError]
) -> None:
    """On stderr, without a traceback."""

    def fail(**_: object) -> None:
        raise kind("it broke", hint="mend it")

    monkeypatch.setattr(cli.cli.commands["status"], "callback", fail)
    assert kind.exit_code == call(monkeypatch, "status")
    assert ("", "error: it broke\n  mend it\n") == tuple(capsys.readouterr())


def test_a_bug_shows_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not ours to explain is not hidden."""

    def fail(**_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(cli.cli.commands["status"], "callback", fail)
    monkeypatch.setattr(sys, "argv", ["digit-watcher", "status"])
    with pytest.raises(ZeroDivisionError):
        cli.main()


@pytest.mark.parametrize(
    ("problem", "code"), [(KeyboardInterrupt(), 130), (click.Abort(), 130), (click.UsageError("no"), 2)]
)
def test_clicks_own_endings_have_codes(monkeypatch: pytest.MonkeyPatch, problem: BaseException, code: int) -> None:
    """Ctrl-C ends quietly with 130, a wrong option with 2."""

    def fail(**_: object) -> None:
        raise problem

    monkeypatch.setattr(cli.cli.commands["status"], "callback", fail)
    assert code == call(monkeypatch, "status")


def test_a_number_that_a_command_gives_is_the_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """`check` gives the worst of what it found."""
    monkeypatch.setattr(cli.cli.commands["check"], "callback", lambda **_: 4)
    assert 4 == call(monkeypatch, "check")


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["sing"], 2, "No such command"),
        (["run", "--loud"], 2, "No such option"),
        (["predict"], 2, "Missing argument"),
        (["init"], 2, "--adopt"),
        (["requeue", "--reason", "bad_mood"], 2, "'low_confidence'"),
        (["requeue", "--status", "well"], 2, "'unreadable'"),
        (["completion", "csh"], 2, "'fish'"),
        (["status"], 3, "no configuration"),
        (["status", "--config", "no.yaml"], 3, "cannot read no.yaml"),
        (["predict", "no.png"], 2, "no.png is not there"),
        (["status", "--inbox", "in", "--outbox", "out"], 4, "nothing has run here yet"),
        (["requeue", "7.png", "--inbox", "in", "--outbox", "out"], 4, "there is no ledger"),
        (["run", "--once", "--inbox", "in", "--outbox", "out"], 4, "there is no inbox at"),
        (["run", "--once", "--inbox", "in", "--outbox", "in/out"], 3, "lies in the inbox"),
    ],
)
def test_a_wrong_call_says_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, says: str
) -> None:
    """The documented exit code, one message, nothing on stdout, nothing made."""
    assert code == call(monkeypatch, *arguments)
    out, err = capsys.readouterr()
    assert "" == out
    assert says in err
    assert [] == list(Path().iterdir())


def test_another_programs_config_is_said(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """Passed over, and the defaults are used for what the options leave open."""
    Path("config.yaml").write_text("theme: dark\n")
    assert 4 == call(monkeypatch, "status", "--inbox", "in", "--outbox", "out")
    assert "note: passed over" in capfd.readouterr().err


def test_reading_needs_no_config_unless_one_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """`predict` works anywhere; a named file that is missing is still an error."""
    seen = []
    monkeypatch.setattr("watcher.predict.predict_command", lambda config, paths, **_: seen.append(paths))
    assert 0 == call(monkeypatch, "predict", "7.png")
    assert [(Path("7.png"),)] == seen
    assert 3 == call(monkeypatch, "predict", "--config", "no.yaml", "7.png")


def test_predict_does_not_pass_over_a_broken_config(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Our config.yaml is here and wrong: it might have named the model, so nothing is read by another one."""
    (tmp_path / "config.yaml").write_text("digit_watcher: 1\nmodle: mine\n", encoding="utf-8")
    (tmp_path / "7.png").touch()
    assert 3 == call(monkeypatch, "predict", "7.png")
    assert "unknown key `modle`" in capsys.readouterr().err


def test_a_path_that_is_no_text_is_printed_all_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With its bytes escaped."""
    monkeypatch.setattr(cli.cli.commands["status"], "callback", lambda **_: click.echo("in\udcff"))
    assert 0 == call(monkeypatch, "status")
    assert "in\\udcff\n" == capsys.readouterr().out
