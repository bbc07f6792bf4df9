"""`digit-watcher review` as people start it: a process of its own, and the address that it prints."""

import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from tests.end_to_end.process import wait_for

_ADDRESS = re.compile(r"http://\S+")


class Served:
    """The review page of a place. address: with the token, as it was printed."""

    def __init__(self, folder: Path, *options: str, port: int = 0) -> None:
        """Start it and wait until it says where it is. port: 0 for one that is free."""
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  closed by `end`
        self._process = subprocess.Popen(
            [sys.executable, "-m", "watcher", "review", "--port", str(port), *options], cwd=folder,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log, start_new_session=True,
        )  # fmt: skip
        self.address = wait_for(self._printed, "an address", seconds=30)

    @property
    def origin(self) -> str:
        """The address without what lets in."""
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def port(self) -> int:
        """The one it listens on."""
        return int(urlsplit(self.address).port or 0)

    def log(self) -> str:
        """What it has said so far."""
        length = os.fstat(self._log.fileno()).st_size
        return os.pread(self._log.fileno(), length, 0).decode(errors="surrogateescape")

    def kill(self) -> None:
        """End it in the middle of whatever it does."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(30)

    def stop(self) -> int:
        """Ask it to end, as Ctrl-C does; gives its exit code."""
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(30)

    def close(self) -> None:
        """Leave nothing of it behind. Fails where it met a bug on the way."""
        if self._process.poll() is None:
            self.kill()
        said = self.log()
        self._log.close()
        assert "Traceback" not in said, said

    def _printed(self) -> str:
        assert self._process.poll() is None, self.log()
        found = _ADDRESS.search(self.log())
        return found[0] if found else ""
