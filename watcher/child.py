"""A child: a process of our own program that opens hostile bytes. How it is started, and what it does first."""

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

_ANSWERS_UNREAD = 1 << 19  # bytes, or what the system allows: a child goes on while its parent is busy
_LAST_SECONDS = 1.0  # that an end is waited for; a process may hang in the kernel over a disk that does
_ASKED_TO_END = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def start_child(
    module: str, told: Mapping[str, Any], inherited: Sequence[int] = ()
) -> tuple["subprocess.Popen[bytes]", socket.socket]:
    """Run a module in a process of its own; gives it, and our end of the socket that is its standard input.

    told: what it finds as JSON in argv[1]. inherited: descriptors that it keeps. It ends with the thread that started
    it. Raises OSError where the system has no room for it.
    """
    ours, theirs = socket.socketpair()
    theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _ANSWERS_UNREAD)
    with theirs:
        # A child ignores the signals that are meant for its parent, but not before it runs.
        signals = signal.pthread_sigmask(signal.SIG_BLOCK, _ASKED_TO_END)
        try:
            # -P: a module in the current folder must not stand in for one of ours.
            process = subprocess.Popen(  # noqa: S603  our own program
                [sys.executable, "-P", "-m", module, json.dumps(told)],
                stdin=theirs.fileno(), stdout=subprocess.DEVNULL, pass_fds=inherited, env=_environment(),
            )  # fmt: skip
        except BaseException:
            ours.close()
            raise
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, signals)
    return process, ours


def end_child(process: "subprocess.Popen[bytes]") -> int | None:
    """End it; gives its exit code, its own where it had ended by itself, or None where it does not go."""
    process.kill()
    try:
        return process.wait(_LAST_SECONDS)
    except subprocess.TimeoutExpired:
        return None


def begin_as_child() -> tuple[socket.socket, dict[str, Any]]:
    """In the child: end with the parent, and by nobody else's wish; gives the socket to it, and what it told."""
    die_with_the_parent()
    # Ctrl-C and systemd reach the whole group; the parent decides
    for number in _ASKED_TO_END:
        signal.signal(number, signal.SIG_IGN)
    return socket.socket(fileno=os.dup(0)), json.loads(sys.argv[1])


def die_with_the_parent() -> None:
    """End when the thread ends that started this process. Holds until the process becomes another user's."""
    # A child that hangs over a picture would not notice that its socket has closed.
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


def _environment() -> dict[str, str]:
    # One picture, one core: thread pools of the numeric libraries would only fight each other. And a child that a
    # picture took over has nothing to say to systemd.
    inherited = {name: value for name, value in os.environ.items() if name != "NOTIFY_SOCKET"}
    return inherited | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
