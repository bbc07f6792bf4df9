"""Completion in real shells: what is typed and completed with the tab key at a real terminal."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

CASES = {
    "digit-watcher che": "digit-watcher check",
    "digit-watcher requeue --reas": "digit-watcher requeue --reason",
    "digit-watcher requeue --reason low": "digit-watcher requeue --reason low_confidence",
    "digit-watcher requeue --status unr": "digit-watcher requeue --status unreadable",
    "digit-watcher run --inbox sca": "digit-watcher run --inbox scans",
    "digit-watcher predict tab": "digit-watcher predict table.png",
    "digit-train evaluate --shape fl": "digit-train evaluate --shape flat",
}
STARTED = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], "source <({} completion bash)"),
    "zsh": (["zsh", "-f", "-i"], "autoload -U compinit && compinit -u -D; source <({} completion zsh)"),
}
LINE_BEGIN = "\x01"  # Ctrl-A, in both


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder, a file that begins alike, and a picture."""
    (tmp_path / "scans").mkdir()
    (tmp_path / "scanned.txt").touch()
    (tmp_path / "table.png").touch()
    return tmp_path


def surroundings(folder: Path) -> dict[str, str]:
    """The programs are found; nobody's own settings are."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return os.environ | {"PATH": path, "HOME": str(folder), "TERM": "xterm", "XDG_CONFIG_HOME": str(folder)}


def needs(shell: str) -> None:
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed here")


class Terminal:
    """A shell at a terminal of its own."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor, self._shown = descriptor, ""

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._descriptor, keys.encode())

    def see(self, pattern: str) -> str:
        """Read on until it is shown; gives what the pattern's group stands for. The test's deadline is the deadline."""
        while not (found := re.search(pattern, self._shown)):
            self._shown += os.read(self._descriptor, 4096).decode(errors="replace")
        self._shown = self._shown[found.end() :]
        return found[1]

    def completed(self, typed: str) -> str:
        """The line that the tab key makes of what was typed: it is made an echo's words, and run.

        Without a folder's slash: zsh takes it back when one goes on.
        """
        self.type(f"{typed}\t{LINE_BEGIN}echo '[' \x05 ']'\n")
        return self.see(r"[\r\n]\[ (.*?)/? *\]\r")


@contextmanager
def terminal(shell: str, folder: Path) -> Iterator[Terminal]:
    """A shell in the folder, in which both programs are completed."""
    command, setup = STARTED[shell]
    ours, theirs = os.openpty()
    with subprocess.Popen(
        command, cwd=folder, env=surroundings(folder), stdin=theirs, stdout=theirs, stderr=theirs,
        start_new_session=True,
    ) as process:  # fmt: skip
        os.close(theirs)
        try:
            shown = Terminal(ours)
            for program in ("digit-watcher", "digit-train"):
                shown.type(setup.format(program) + "; echo do''ne $?\n")
                assert "0" == shown.see(r"[\r\n]done (\d+)\r")
            yield shown
        finally:
            process.send_signal(signal.SIGKILL)
            os.close(ours)


@pytest.mark.parametrize("shell", STARTED)
def test_the_tab_key_completes_commands_options_values_and_paths(shell: str, folder: Path) -> None:
    """Where an inbox is asked for, folders alone; both programs."""
    needs(shell)
    with terminal(shell, folder) as shown:
        assert CASES == {typed: shown.completed(typed) for typed in CASES}


def test_fish_completes_the_same(folder: Path) -> None:
    """As it says itself what it would offer."""
    needs("fish")
    asked = "; ".join(["digit-watcher completion fish | source", "digit-train completion fish | source",
                       *(f"complete --do-complete '{typed}'; echo ---" for typed in CASES)])  # fmt: skip
    done = subprocess.run(
        ["fish", "--no-config", "-c", asked], cwd=folder, env=surroundings(folder),
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    offered = [
        [line.split("\t")[0].rstrip("/") for line in part.splitlines() if line]
        for part in done.stdout.split("---\n")[:-1]
    ]
    assert [[line.rpartition(" ")[2]] for line in CASES.values()] == offered


def test_bash_offers_all_there_is(folder: Path) -> None:
    """COMPREPLY, as bash's own completion reads it: every reason, in their order."""
    asked = ("source <(digit-watcher completion bash); COMP_WORDS=(digit-watcher requeue --reason ''); COMP_CWORD=3;"
             ' _digit_watcher_completion digit-watcher; printf "%s\\n" "${COMPREPLY[@]}"')  # fmt: skip
    done = subprocess.run(
        ["bash", "-c", asked], env=surroundings(folder), capture_output=True, text=True, check=True, timeout=60
    )
    from watcher.recognition.verdict import Reason

    assert [*Reason] == done.stdout.split()


@pytest.mark.parametrize(
    ("own", "code", "says"), [("/usr/bin/fish", 0, "# Always: "), ("/bin/tcsh", 2, "bash, zsh, fish")]
)
def test_the_shell_is_ones_own(folder: Path, own: str, code: int, says: str) -> None:
    """By $SHELL; of another one it is said which there are."""
    done = subprocess.run(
        [sys.executable, "-m", "watcher", "completion"], env=surroundings(folder) | {"SHELL": own},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (code, True) == (done.returncode, says in done.stdout + done.stderr)
