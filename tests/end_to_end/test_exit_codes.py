"""What goes wrong before the work begins: one clear line, the documented exit code, nothing touched."""

import os
import re
import shutil
import subprocess

import pytest

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place
from tests.end_to_end.process import run_in_one, without_roots_powers
from watcher.cli import cli
from watcher.models import SHIPPED


def assert_refused(place: Place, done: "subprocess.CompletedProcess[str]", code: int, *words: str) -> None:
    """The exit code, each of the words, an error that begins as errors do, no traceback; the inbox as it was."""
    assert done.returncode == code, done.stderr
    assert all(word in done.stderr for word in words), done.stderr
    assert "error: " in done.stderr.lower()
    assert "Traceback" not in done.stderr
    assert (place.inbox / "a.png").read_bytes() == png()
    assert place.rows() == []


def assert_nothing_made(place: Place) -> None:
    """No work folder, no ledger, no results."""
    assert [path.name for path in place.inbox.iterdir()] == ["a.png"]
    assert not place.outbox.exists() or list(place.outbox.iterdir()) == []


@pytest.fixture
def waiting(place: Place) -> Place:
    """A place with one picture in its inbox, which must stay there."""
    place.drop("a.png", png())
    return place


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ("digit_watcher: 1\nspeed: 9\n", ("unknown key `speed`", "9")),
        ("digit_watcher: 1\nwatch: {settle_seconds: soon}\n", ("watch.settle_seconds", "'soon'")),
        ("digit_watcher: 1\nreading: {workers: -1}\n", ("reading.workers", "-1")),
        ("digit_watcher: 1\narchive: {time_zone: Mars/Base}\n", ("archive.time_zone", "Mars/Base")),
        ("digit_watcher: 1\noutbox: inbox/out\n", ("lies in the inbox",)),
        ("digit_watcher: 1\ninbox: {a\n", ("not valid YAML",)),
        ("- digit_watcher\n", ("holds a list",)),
        ("digit_watcher: 2\n", ("digit_watcher", "2")),
    ],
)
def test_a_bad_config_is_refused(waiting: Place, settings: str, words: tuple[str, ...]) -> None:
    """Exit code 3, with the file, the key, the value and what to do."""
    waiting.config_file.write_text(settings, encoding="utf-8")
    done = waiting.command("run", "--once", "--config", "config.yaml")
    assert_refused(waiting, done, 3, "config.yaml", *words)
    assert not waiting.outbox.exists()
    assert_nothing_made(waiting)


def test_a_config_that_is_not_there_is_refused(waiting: Place) -> None:
    """Exit code 3 and its path."""
    assert_refused(waiting, waiting.command("run", "--once", "--config", "nowhere.yaml"), 3, "nowhere.yaml")


@pytest.mark.parametrize("arguments", [["watch"], ["run", "--twice"], ["predict"], ["requeue"], ["init"]])
def test_a_wrong_command_line_is_refused(waiting: Place, arguments: list[str]) -> None:
    """Exit code 2, with what was wrong."""
    assert_refused(waiting, waiting.command(*arguments), 2)


def test_a_missing_model_is_refused(waiting: Place) -> None:
    """Exit code 5 and the path, from `run` and from `predict`."""
    waiting.configure(model="no/model")
    assert_refused(waiting, waiting.command("run", "--once"), 5, "no/model", "config.yaml")
    assert_refused(waiting, waiting.command("predict", "inbox/a.png"), 5, "no/model")
    assert_nothing_made(waiting)


def test_a_damaged_model_is_refused(waiting: Place) -> None:
    """Exit code 5: weights that are not the card's are never asked."""
    model = waiting.root / "model"
    shutil.copytree(SHIPPED, model)
    weights = bytearray((model / "model.tflite").read_bytes())
    weights[len(weights) // 2] ^= 1
    (model / "model.tflite").write_bytes(weights)
    waiting.configure(model=model)
    assert_refused(waiting, waiting.command("run", "--once"), 5, str(model), "damaged")
    (model / "model.json").write_text("{", encoding="utf-8")
    assert_refused(waiting, waiting.command("run", "--once"), 5, "model.json")


def test_an_outbox_that_cannot_be_made_is_refused(waiting: Place) -> None:
    """Exit code 4 where a file stands in the way of the folder."""
    waiting.outbox.write_text("in the way", encoding="utf-8")
    done = waiting.command("run", "--once")
    waiting.outbox.unlink()
    assert_refused(waiting, done, 4, str(waiting.outbox))


def test_an_unwritable_outbox_is_refused(waiting: Place) -> None:
    """Exit code 4 and the folder, also for root where root has no special powers."""
    waiting.outbox.mkdir(mode=0o555)
    assert_refused(waiting, waiting.command("run", "--once", before=without_roots_powers), 4, str(waiting.outbox))


def test_an_unwritable_inbox_is_refused(waiting: Place) -> None:
    """Exit code 4 and the folder: what cannot be taken is not begun."""
    waiting.inbox.chmod(0o555)
    assert_refused(waiting, waiting.command("run", "--once", before=without_roots_powers), 4, str(waiting.inbox))
    waiting.inbox.chmod(0o755)


def test_a_missing_inbox_is_refused(place: Place) -> None:
    """Exit code 4, the path and what to do; no outbox is made for it."""
    place.inbox.rmdir()
    done = place.command("run", "--once")
    assert done.returncode == 4
    assert f"there is no inbox at {place.inbox}" in done.stderr
    assert "mount" in done.stderr
    assert not place.outbox.exists()


def test_no_configuration_at_all_says_what_to_give(place: Place) -> None:
    """Exit code 3; `--inbox` and `--outbox` are named as the way out."""
    if os.path.exists("/etc/digit-watcher/config.yaml"):
        pytest.skip("this machine has a system-wide config")
    place.config_file.unlink()
    done = place.command("run", "--once")
    assert done.returncode == 3
    assert "--inbox DIR" in done.stderr


# What each command is called with for its code 0.
DONE = {
    "predict": ["a.png"], "status": [], "check": [], "find": [], "config": [], "completion": ["bash"],
    "requeue": ["a.png", "--dry-run"], "export": ["--out", "e.csv"], "backup": ["b.sqlite3"], "repair": ["--dry-run"],
    "expire": [], "init": ["--adopt"], "report": ["--out", "r.html"],
}  # fmt: skip
NOT_DONE_HERE = {"run": 0, "review": 0}  # they go on until they are stopped: tests of their own
NO_FOLDERS = ["--inbox", "gone", "--outbox", "gone-too"]
CURRENT = {"requeue": ["--model", "current"], "find": ["--model", "current"], "predict": ["a.png"], "run": ["--once"]}
UNWILLING = {"run": ["--once"], "review": []}


def documented(command: str) -> list[int]:
    """The codes at the end of its help."""
    codes = re.search(r"Exit codes: (.+)\.", str(cli.commands[command].epilog))
    assert codes
    return [int(code) for code in re.findall(r"\d", codes[1])]


def calls(command: str) -> dict[int, list[str]]:
    """For each documented code a call that ends so."""
    plain = DONE.get(command, UNWILLING.get(command, []))
    each = {
        0: plain, 2: ["--no-such-option"], 3: [*plain, "--config", "nowhere.yaml"], 4: [*plain, *NO_FOLDERS],
        5: [*CURRENT.get(command, plain), "--config", "no-model.yaml"],
    }  # fmt: skip
    return {code: each[code] for code in documented(command) if NOT_DONE_HERE.get(command) != code}


def test_every_command_ends_with_each_code_that_its_help_names(place: Place) -> None:
    """And with no other; 0 alone is no error."""
    place.drop("a.png", png())
    place.configure(model="no/model")
    place.config_file.rename(place.root / "no-model.yaml")
    place.configure()
    place.once()
    (place.root / "a.png").write_bytes(png())
    tried = [(command, code, call) for command in cli.commands for code, call in calls(command).items()]
    done = run_in_one("watcher.cli", [[command, *call] for command, _, call in tried], cwd=place.root)
    assert [(command, code) for command, code, _ in tried] == [(one.args[0], one.returncode) for one in done]
    for one in done:
        assert ("rror: " in one.stderr or "FAIL" in one.stdout) == (one.returncode != 0), one
