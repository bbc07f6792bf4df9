"""Commands beside `run` and `predict`: help, version, status, check, requeue, init."""

import fcntl

import pytest

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place
from watcher import __version__
from watcher.cli import cli


@pytest.mark.parametrize("command", ["", *sorted(cli.commands)])
def test_every_command_explains_itself(place: Place, command: str) -> None:
    """`--help` names the command, what it does and its options, and touches nothing."""
    done = place.command(*command.split(), "--help")
    assert done.returncode == 0
    assert f"{command} [OPTIONS]" in done.stdout
    assert len(done.stdout.splitlines()) > 6
    assert done.stderr == ""
    assert not place.outbox.exists()


def test_help_lists_all_commands_and_exit_codes(place: Place) -> None:
    """What there is, and what a script may rely on."""
    said = place.command("--help").stdout
    assert all(f"\n  {name} " in said for name in cli.commands)
    assert "2 usage, 3 config, 4 surroundings" in " ".join(said.split())


def test_version_is_the_packages(place: Place) -> None:
    """`--version` names the program and its version."""
    done = place.command("--version")
    assert done.returncode == 0
    assert "digit-watcher" in done.stdout
    assert __version__ in done.stdout


def test_status_where_nothing_ran_says_so(place: Place) -> None:
    """Exit code 4: no invented zeros."""
    done = place.command("status")
    assert done.returncode == 4
    assert "nothing has run here yet" in done.stderr
    assert "digit-watcher run" in done.stderr


def test_status_of_a_daemon_that_is_still_starting(place: Place) -> None:
    """It has its lock and has published nothing yet: it is called starting, with its pid."""
    state = place.outbox / ".state"
    state.mkdir(parents=True)
    with open(state / "lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write("4711\n")
        lock.flush()
        done = place.command("status")
    assert done.returncode == 0, done.stderr
    assert "state    starting (pid 4711)" in done.stdout


def test_status_of_a_daemon_that_was_killed_says_that_it_is_not_running(place: Place) -> None:
    """What status.json said last is not believed when nobody is behind it."""
    running = place.start()
    place.drop("a.png", png())
    place.wait_for_row("a.png")
    running.kill()
    done = place.command("status")
    assert done.returncode == 0, done.stderr
    assert "state    stopped" in done.stdout
    assert "it ended without saying so" in done.stdout
    assert "1 ok" in done.stdout


def test_check_is_content_with_a_good_place(place: Place) -> None:
    """Exit code 0, and it says which config and which model it looked at."""
    done = place.command("check")
    assert done.returncode == 0, done.stdout + done.stderr
    said = done.stdout + done.stderr
    assert str(place.config_file) in said
    assert "digitnet" in said


def test_check_finds_a_missing_inbox(place: Place) -> None:
    """Exit code 4 and the folder's path."""
    place.inbox.rmdir()
    done = place.command("check")
    assert done.returncode == 4, done.stdout + done.stderr
    assert str(place.inbox) in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_check_finds_a_missing_model(place: Place) -> None:
    """Exit code 5 and the model's path."""
    place.configure(model="no/such/model")
    done = place.command("check")
    assert done.returncode == 5, done.stdout + done.stderr
    assert "no/such/model" in done.stdout + done.stderr


def test_check_works_beside_a_running_daemon(place: Place) -> None:
    """It disturbs nothing: the daemon goes on, no row appears by it."""
    running = place.start()
    done = place.command("check")
    assert done.returncode in (0, 4), done.stderr  # it may say that a daemon has the folders
    assert "Traceback" not in done.stderr
    place.drop("a.png", png())
    place.wait_for_row("a.png")
    assert running.process.poll() is None
    assert len(place.rows()) == 1


def test_requeue_names_what_it_does_not_know(place: Place) -> None:
    """Exit code 2 for a name that fits nothing, and for one that fits several, with their ids."""
    place.drop("a.png", png(1))
    place.once()
    place.drop("a.png", png(2))
    place.once()
    done = place.command("requeue", "b.png")
    assert done.returncode == 2
    assert "'b.png'" in done.stderr
    done = place.command("requeue", "a.png")
    assert done.returncode == 2
    assert all(row["id"] in done.stderr for row in place.rows())
    done = place.command("requeue", place.rows()[0]["archived_to"])
    assert done.returncode == 0, done.stderr


def test_init_adopts_an_inbox_that_was_moved(place: Place) -> None:
    """Another mark in the inbox is refused with exit code 4, until `init --adopt` says that it is meant."""
    place.drop("a.png", png(1))
    place.once()
    (place.inbox / ".work" / "identity").write_text("another inbox\n", encoding="ascii")
    place.drop("b.png", png(2))
    done = place.command("run", "--once")
    assert done.returncode == 4
    assert "init --adopt" in done.stderr
    assert (place.inbox / "b.png").exists()
    done = place.command("init", "--adopt")
    assert done.returncode == 0, done.stderr
    place.once()
    assert place.row("b.png") is not None
