"""`make soak`: a thousand kills, hundreds of thousands of pictures, and not one lost or doubled."""

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

from click import echo

from tests.end_to_end.place import Place
from tests.soak.soak import Result, Soak
from watcher.bars import bar

LONGEST_LIFE = 0.8  # seconds; a start takes about half of it


def main() -> int:
    """Run it, print the table; 0 where everything was conserved, else 1, and the place stays for a look."""
    options = _options()
    root = Path(tempfile.mkdtemp(prefix="digit-watcher-soak-", dir=options.folder))
    place = Place(root / "place")
    place.configure(watch={"settle_seconds": 1.0, "rescan_seconds": 0.5}, reading={"workers": 0})
    soak = Soak(
        place, kills=options.kills, pictures=options.pictures, seed=options.seed, fake=options.fake, life=LONGEST_LIFE
    )
    with bar(options.kills, "kills") as drawn:

        def show(pictures: int) -> None:
            drawn.set_postfix_str(f"{pictures:,} pictures", refresh=False)
            drawn.update(soak.result.kills.total() - drawn.n)

        result = soak.run(show)
    _show(result, options)
    if result.account.wrong:
        echo("\n".join(["", *result.account.wrong, "", f"It is all left in {root}. Again:", f"  {_command(options)}"]))
        return 1
    shutil.rmtree(root)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--pictures", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000, help="default: another one each time")
    parser.add_argument("--fake", action="store_true", help="read with a stand-in for the model, which starts faster")
    parser.add_argument("--folder", help="where to make the place; default: the system's folder for temporary files")
    return parser.parse_args()


def _command(options: argparse.Namespace) -> str:
    fake = " --fake" if options.fake else ""
    return f"python -m tests.soak --kills {options.kills} --pictures {options.pictures} --seed {options.seed}{fake}"


def _show(result: Result, options: argparse.Namespace) -> None:
    account = result.account
    echo(_command(options))
    for name, value in (
        ("kills", result.kills.total()), *((f"  {kind}", n) for kind, n in sorted(result.kills.items())),
        ("pictures dropped", result.dropped), ("rows", account.rows), ("lost", len(account.lost)),
        ("doubled", len(account.doubled)), ("damaged", len(account.damaged)), ("seconds", round(result.seconds)),
    ):  # fmt: skip
        echo(f"{name:<58}{value:>10,}")


if __name__ == "__main__":
    sys.exit(main())
