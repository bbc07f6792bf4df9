"""A terminal of 100 columns that a program may write to, and what a person then sees on it."""

import fcntl
import os
import pty
import re
import struct
import termios
import threading
from contextlib import suppress

COLUMNS = 100
# Rate and time left, as tqdm has them: `[00:01<00:03, 12.3 pictures/s]`.
LEFT = re.compile(r"\[\d\d:\d\d<(?:\d+:)?\d\d:\d\d, +[\d.]+[kMG]? ?\S+/s(?:, [^]]*)?\]")
_CODE = re.compile(r"\x1b\[(\d*)([A-Za-z])")


class Terminal:
    """Open one, hand `child` to a program as its standard error, and close it to know all that was written."""

    def __init__(self) -> None:
        self._ours, self.child = pty.openpty()
        fcntl.ioctl(self.child, termios.TIOCSWINSZ, struct.pack("HHHH", 24, COLUMNS, 0, 0))
        self._read: list[bytes] = []
        self._reader = threading.Thread(target=self._follow, daemon=True)
        self._reader.start()

    def _follow(self) -> None:
        with suppress(OSError):  # the other side is closed
            while data := os.read(self._ours, 1 << 16):
                self._read.append(data)

    def close(self) -> str:
        """What was written, all in all."""
        os.close(self.child)
        self._reader.join(60)
        os.close(self._ours)
        return b"".join(self._read).decode(errors="replace")


def screen(written: str) -> list[str]:
    """The lines that stand there in the end, and those that have scrolled away, without blanks at their ends."""
    lines, line, column, at = [""], 0, 0, 0
    while at < len(written):
        code, sign = _CODE.match(written, at), written[at]
        at = code.end() if code else at + 1
        if code and code[2] == "K":
            lines[line] = lines[line][:column]
        elif code and code[2] == "A":
            line = max(0, line - int(code[1] or 1))
        elif sign == "\n":
            line += 1
            lines += [""] * (line + 1 - len(lines))
        elif sign == "\r":
            column = 0
        elif not code:
            lines[line] = f"{lines[line]:<{column}}"[:column] + sign + lines[line][column + 1 :]
            column += 1
    return [found.rstrip() for found in lines]
