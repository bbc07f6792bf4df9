"""File names as hostile as a Linux filesystem allows, for properties."""

import os

from hypothesis import strategies as st

_PIECES = (
    "7", "a", ".png", "=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n", "\r\n", ";", ",", '"', "'", "|",
    " ", "~2", "\\", "\\x0a", "\ufeff", "\u202e", "\u2066", "\u2028", "\u2029", "\x85", "\x0b", "\x1b[2J", "\x7f", "😀",
    "é", "e\u0301", "\u200d", "#", "..", "%0a", "NA", "null", "=1+1", ';=cmd|" /C calc"!A0', '";=1', "=HYPERLINK(1)",
)  # fmt: skip


def _fitting(name: bytes) -> bytes:
    """Without what no name may hold: a slash, NUL, and the names . and .."""
    name = name.replace(b"/", b"").replace(b"\0", b"")[:255]
    return name if name.strip(b".") else name + b"7"


NAMES = st.one_of(
    st.binary(min_size=1, max_size=255),
    st.text(min_size=1, max_size=80).map(lambda text: text.encode(errors="replace")),
    st.lists(st.sampled_from(_PIECES), min_size=1, max_size=12).map(lambda parts: os.fsencode("".join(parts))),
    st.lists(st.sampled_from(_PIECES).map(os.fsencode) | st.binary(min_size=1, max_size=3), min_size=1).map(b"".join),
).map(_fitting)
PATHS = st.lists(NAMES, min_size=1, max_size=4).map(b"/".join)
