"""The `review` command: what it refuses, and what it says; the server itself runs in tests/browser."""

import builtins
import os
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from watcher import commands_review
from watcher.config import defaults
from watcher.errors import DigitWatcherError, SurroundingsError, UsageError
from watcher.ledger import Ledger
from watcher.ownership import become_owner_of
from watcher.review import serving
from watcher.review.listening import address_of, bound
from watcher.review.serving import Wanted, review_command

Called = Callable[..., Wanted]


@pytest.fixture
def called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Called:
    """The command as one types it; what it would serve."""
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    found = list[Wanted]()
    monkeypatch.setattr(serving, "review_command", lambda _, wanted: found.append(wanted))

    def call(*options: str, typed: str = "") -> Wanted:
        folders = ["--inbox", str(tmp_path / "in"), "--outbox", str(tmp_path / "out")]
        done = CliRunner().invoke(commands_review.review, [*options, *folders], input=typed)
        if done.exception:
            raise done.exception
        return found.pop()

    return call


def test_by_default_it_is_for_this_machine_alone(called: Called) -> None:
    """Without a password, on the loopback."""
    assert Wanted("127.0.0.1", 8321, "", False, None, None, None, ()) == called()


def test_a_password_comes_from_the_first_line_of_a_file(called: Called, tmp_path: Path) -> None:
    """Whatever ends it."""
    file = tmp_path / "password"
    file.write_text("correct horse é\r\nmore\n", encoding="utf-8")
    assert "correct horse é" == called("--password-file", str(file)).password


@pytest.mark.parametrize("content", [b"", b"\n", b"short\n", b"nine char"])
def test_a_password_that_can_be_guessed_is_refused(called: Called, tmp_path: Path, content: bytes) -> None:
    """With how to make a better one."""
    (tmp_path / "password").write_bytes(content)
    with pytest.raises(UsageError, match="characters") as caught:
        called("--password-file", str(tmp_path / "password"))
    assert "openssl" in caught.value.hint


def test_a_password_file_that_cannot_be_read_is_told(called: Called, tmp_path: Path) -> None:
    """By its name."""
    with pytest.raises(SurroundingsError, match="missing"):
        called("--password-file", str(tmp_path / "missing"))


def test_a_key_needs_a_certificate(called: Called, tmp_path: Path) -> None:
    """The other way round one file may hold both."""
    with pytest.raises(UsageError, match="--certificate"):
        called("--key", str(tmp_path))
    assert Path("both.pem") == called("--certificate", "both.pem").certificate


def test_where_the_extra_is_missing_it_says_how_to_install_it(called: Called, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing else of the program needs it."""
    monkeypatch.delitem(sys.modules, "watcher.review.serving")
    real = builtins.__import__

    def without(name: str, *others: Any) -> Any:
        if name == "uvicorn":
            raise ModuleNotFoundError("No module named 'uvicorn'", name="uvicorn")
        return real(name, *others)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UsageError, match="needs uvicorn") as caught:
        called()
    assert "digit-watcher[web]" in caught.value.hint


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.1.2.3", "digits.example"])
def test_others_are_let_near_by_a_password_alone(tmp_path: Path, host: str) -> None:
    """Refused before anything is opened; exit code 2, with the way that needs none."""
    with pytest.raises(UsageError, match="no password") as caught:
        review_command(defaults(inbox=tmp_path / "in", outbox=tmp_path / "out"), Wanted(host))
    assert 2 == caught.value.exit_code
    assert "--password-file" in caught.value.hint
    assert "ssh -L" in caught.value.hint


def refused(tmp_path: Path, wanted: Wanted) -> DigitWatcherError:
    with pytest.raises(DigitWatcherError) as caught:
        review_command(defaults(inbox=tmp_path / "in", outbox=tmp_path / "out"), wanted)
    return caught.value


def ledger_in(tmp_path: Path) -> Path:
    state = tmp_path / "out" / ".state"
    state.mkdir(parents=True)
    Ledger(state / "ledger.sqlite3").close()
    return state


def test_without_a_ledger_there_is_nothing_to_show(tmp_path: Path) -> None:
    """And it is said which one is missing."""
    assert "there is no ledger" in str(refused(tmp_path, Wanted(port=0)))


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    """With what to do; exit code 4."""
    ledger_in(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        found = refused(tmp_path, Wanted(port=port))
    assert (4, True, True) == (found.exit_code, str(port) in str(found), "--port" in found.hint)


def test_an_address_of_another_machine_is_told(tmp_path: Path) -> None:
    """192.0.2.1 is nobody's (RFC 5737)."""
    ledger_in(tmp_path)
    assert "ip address" in refused(tmp_path, Wanted("192.0.2.1", 0, password="x" * 10)).hint


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_a_certificate_that_is_none_is_told(tmp_path: Path, content: bytes | None) -> None:
    """Missing, empty, or something else."""
    ledger_in(tmp_path)
    if content is not None:
        (tmp_path / "certificate").write_bytes(content)
    found = refused(tmp_path, Wanted(port=0, certificate=tmp_path / "certificate"))
    assert (4, True) == (found.exit_code, str(tmp_path / "certificate") in str(found))


def test_a_port_is_bound_for_answers_that_do_not_wait() -> None:
    """As TCP by its number: else asyncio leaves Nagle's algorithm on, and each answer takes 40 ms."""
    with bound("127.0.0.1", 0) as listening:
        assert socket.IPPROTO_TCP == listening.proto


@pytest.mark.parametrize(
    ("host", "secure", "address"),
    [
        ("127.0.0.1", False, "http://127.0.0.1:8321/"), ("::1", False, "http://[::1]:8321/"),
        ("digits.example", True, "https://digits.example:8321/"),
        ("0.0.0.0", True, f"https://{socket.gethostname()}:8321/"),
    ],
)  # fmt: skip
def test_the_address_is_one_that_a_browser_takes(host: str, secure: bool, address: str) -> None:
    """Of a server that listens everywhere it names the machine."""
    assert address == address_of(host, 8321, secure=secure)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_root_becomes_the_folders_owner_for_good(tmp_path: Path) -> None:
    """There is no way back: a fault of the page is no way to root."""
    folder = tmp_path / "state"
    folder.mkdir()
    os.chown(folder, 12345, 54321)
    code = (
        "import os, pathlib, sys; from watcher.ownership import become_owner_of\n"
        "become_owner_of(pathlib.Path(sys.argv[1])); print(os.getresuid(), os.getresgid(), os.getgroups())\n"
        "try: os.seteuid(0)\nexcept PermissionError: print('no way back')"
    )
    done = subprocess.run([sys.executable, "-c", code, folder], capture_output=True, text=True, check=True)
    assert ["(12345, 12345, 12345) (54321, 54321, 54321) []", "no way back"] == done.stdout.splitlines()


def test_root_that_may_not_become_somebody_else_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container without that power."""

    def refuses(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "setgroups", refuses)
    monkeypatch.setattr(os, "initgroups", refuses)
    monkeypatch.setattr(Path, "stat", lambda _: os.stat_result((0o40700, 1, 1, 1, 1000, 1000, 0, 0, 0, 0)))
    with pytest.raises(SurroundingsError, match="may not act as that user") as caught:
        become_owner_of(tmp_path)
    assert "sudo -u" in caught.value.hint


def test_tls_errors_are_errors_of_the_surroundings() -> None:
    """What `_server` relies on."""
    assert issubclass(ssl.SSLError, OSError)
