"""How many rows the results files have, with those that were set aside: one picture is one line."""

import os
import re

from watcher.rows import CSV_HEADER


def rows_in(outbox: bytes, name: str) -> int:
    """Rows in a results file and in its elder ones, as in results-2026-11-21.csv. Raises OSError."""
    stem, _, suffix = name.partition(".")
    ours = re.compile(rf"{re.escape(stem)}(-.+)?\.{re.escape(suffix)}")
    names = [one for one in os.listdir(outbox) if ours.fullmatch(os.fsdecode(one))]
    header = CSV_HEADER.partition(b",")[0] if suffix == "csv" else None
    return sum(_rows(outbox + b"/" + one, header) for one in names)


def _rows(path: bytes, header: bytes | None) -> int:
    count, first = 0, True
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            count += block.count(b"\n")
            if first and header and block.lstrip(b'\xef\xbb\xbf"').startswith(header):
                count -= 1
            first = False
    return count
