"""What stands in a results file, read line by line in bounded memory, and which lines are rows."""

import os
import re
from collections.abc import Iterator

BLOCK = 1 << 20  # bytes read at once; no row of ours is longer
_ROW = re.compile(rb'(?:\{"id": ?)?"?([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12})["\,;\t]')


def id_in(line: bytes) -> str | None:
    """The id of a row of results.csv or results.jsonl, whatever program saved it; None where it is no row."""
    match = _ROW.match(line.lstrip(b"\0"))
    return None if match is None else match[1].decode()


def lines(descriptor: int, start: int) -> Iterator[tuple[int, bytes]]:
    """Place and bytes of each line from `start`, with its newline; the last line may have none.

    Of a line longer than BLOCK, which is no row, only the beginning is given.
    """
    position = reading = start
    rest, dropped = b"", 0
    while block := os.pread(descriptor, BLOCK, reading):
        reading += len(block)
        *whole, rest = (rest + block).split(b"\n")
        for line in whole:
            yield position, line + b"\n"
            position += len(line) + 1 + dropped
            dropped = 0
        if len(rest) > BLOCK:
            dropped += len(rest) - BLOCK
            rest = rest[:BLOCK]
    if rest:
        yield position, rest


def unended_line(descriptor: int) -> tuple[int, bytes, str | None]:
    """Place and bytes of what follows the last newline, and the id of the row before it, if there is one."""
    size = os.fstat(descriptor).st_size
    start = max(0, size - BLOCK)
    before, newline, last = os.pread(descriptor, BLOCK, start).rpartition(b"\n")
    if not newline:
        return start, last, None
    rows = (id_in(line) for line in reversed(before.split(b"\n")))
    return size - len(last), last, next((id_ for id_ in rows if id_), None) if last else None


def row_that_ends_at(descriptor: int, end: int) -> str | None:
    """The id of the row whose newline is the byte before `end`; None where none ends there."""
    start = max(0, end - BLOCK)
    before = os.pread(descriptor, end - start, start)
    if len(before) < end - start or not before.endswith(b"\n"):
        return None
    return id_in(before[:-1].rpartition(b"\n")[2])


def last_rows(descriptor: int) -> list[str]:
    """The ids of the rows in the last BLOCK."""
    end = os.pread(descriptor, BLOCK, max(0, os.fstat(descriptor).st_size - BLOCK))
    return [id_ for line in end.split(b"\n") if (id_ := id_in(line))]


def line_of_first_nul(descriptor: int, start: int) -> int | None:
    """Where the line begins that has the first NUL from `start` on: power cuts leave whole blocks of them."""
    position = start
    while block := os.pread(descriptor, BLOCK, position):
        found = block.find(b"\0")
        if found >= 0:
            nul = position + found
            back = max(start, nul - BLOCK)
            return back + os.pread(descriptor, nul - back, back).rfind(b"\n") + 1
        position += len(block)
    return None
