"""`python -m bench.calls`: which system calls the daemon makes for a picture, and how often: strace counts them.

Two drains that differ in their number of pictures alone: what one has more than the other, divided by the pictures
that it has more, is what a picture costs; what a start, a look at the folders or a rotation costs falls out. On a
network file system each call on a path is a question to its server, and each sync waits for it.
"""

import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from bench.command import out_option, spelled
from bench.folders import drawn, fill, workplace
from bench.pictures import KINDS
from bench.results import Figure, Results
from bench.table import Table
from watcher.bars import each

_DRIVE = "import sys; from pathlib import Path; from bench.driven import drive; drive(Path(sys.argv[1]), 1000)"
_UNIT, _LEAST = "per 1,000 pictures", 0.5
# In the order of the table: what they are to a file system. The rest are between the daemon and the kernel alone.
GROUPS = {
    "renames": ("rename", "renameat", "renameat2"),
    "opens": ("open", "openat", "openat2"),
    "looks at a file or folder": ("stat", "lstat", "newfstatat", "statx", "access", "faccessat", "faccessat2"),
    "looks at an open one": ("fstat", "fstatfs"),
    "reads": ("read", "pread64", "getdents64"),
    "writes": ("write", "pwrite64", "writev"),
    "syncs": ("fsync", "fdatasync", "syncfs", "sync"),
    "made or removed": ("mkdir", "mkdirat", "unlink", "unlinkat", "link", "linkat", "ftruncate", "fallocate"),
}


@click.command()
@click.option(
    "--pictures", default=20_000, show_default=True, help="In the larger of the two drains; half in the other."
)
@click.option("--rounds", default=3, show_default=True)
@out_option
def main(pictures: int, rounds: int, out: Path | None) -> None:
    """Count system calls a picture, with an engine that answers at once."""
    if shutil.which("strace") is None:
        raise click.ClickException("strace is not installed\n  sudo apt-get install strace")
    results = Results(spelled())
    table = Table(results)
    some = drawn(KINDS["mnist"].draw, min(KINDS["mnist"].distinct, pictures))
    found = [
        a_picture(counted(some, pictures // 2), counted(some, pictures), pictures - pictures // 2)
        for _ in each(range(rounds), "rounds")
    ]
    table.add(*figures(found))
    if out is not None:
        results.save(out)


def counted(pictures: Sequence[bytes], count: int) -> Counter[str]:
    """How often each system call was made in a whole drain of so many."""
    with workplace() as root:
        fill(root / "inbox", pictures, count)
        said = root / "calls"
        command = ["strace", "-f", "-c", "-U", "name,calls", "-o", str(said), sys.executable, "-c", _DRIVE, str(root)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return read_counts(said.read_text(encoding="utf-8"))


def read_counts(said: str) -> Counter[str]:
    """What `strace -c -U name,calls` says, without its rules, heading and total."""
    rows = [line.split() for line in said.splitlines()]
    return Counter({row[0]: int(row[1]) for row in rows if len(row) == 2 and row[1].isdigit() and row[0] != "total"})


def a_picture(fewer: Counter[str], more: Counter[str], pictures: int) -> dict[str, float]:
    """By the call: how often for each of the pictures that one drain had more than the other."""
    return {name: (more[name] - fewer[name]) / pictures for name in more}


def figures(rounds: Sequence[Mapping[str, float]]) -> list[Figure]:
    """Each group, then each call of it that is made to speak of; those of no group at the end."""
    found = []
    grouped = {name for names in GROUPS.values() for name in names}
    others = tuple(sorted({name for one in rounds for name in one} - grouped))
    for group, names in (GROUPS | {"others": others}).items():
        each_call = [
            Figure(f"{group}: {name}", _UNIT, tuple(1000 * one.get(name, 0.0) for one in rounds)) for name in names
        ]
        total = tuple(1000 * sum(one.get(name, 0.0) for name in names) for one in rounds)
        found += [Figure(group, _UNIT, total), *(one for one in each_call if one.median >= _LEAST)]
    return found


if __name__ == "__main__":
    main()
