"""People whose digits the shipped model misreads, and what `digit-train improve` makes of their corrections.

`python docs/improve_example.py --suite DIR --out DIR` (DIR with mnist/ and unipen/) does all that docs/training.md
shows: the pictures, a daemon, its corrections, the labels, the new bundle, and the figures.

The people: writers of UniPen's part `validate`, none of whom trained the shipped model, who strike their zeros through
from the upper left, as one does where a zero struck through the other way is the letter Ø. UniPen has no such writer:
the strokes are drawn here, through zeros that they wrote. All else is theirs.
"""

import argparse
import csv
import gzip
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import click
import numpy as np

from train import strokes, unipen
from train.unipen import Strokes
from watcher.config import Config, load
from watcher.corrections.correcting import say

ZEROS_EACH = 10  # pictures by each writer; the zeros that they wrote are drawn again until there are so many
_SEED = 880_001  # far from any seed of training or of the suite
# Where a strike begins and ends, in shares of the zero's box: each writer has one of these habits.
_STRIKES = (((0.2, 0.2), (0.8, 0.8)), ((0.05, 0.05), (0.95, 0.95)), ((-0.2, -0.15), (1.2, 1.15)))
_UNSTEADY = 0.03  # standard deviation of both ends
_PATIENCE_SECONDS = 120


@dataclass(frozen=True)
class Written:
    """A picture file as it was sent."""

    name: str
    data: bytes
    label: str
    writer: str


def struck(random: np.random.Generator, zero: Strokes, habit: int) -> Strokes:
    """The zero with a stroke through it from the upper left."""
    points = np.concatenate(zero.lines)
    low, extent = points.min(axis=0), np.ptp(points, axis=0)
    ends = np.array(_STRIKES[habit % len(_STRIKES)]) + random.normal(0, _UNSTEADY, (2, 2))
    along = np.linspace(0, 1, 8)[:, None]
    line = low + extent * (ends[0] * (1 - along) + ends[1] * along)
    return replace(zero, lines=(*zero.lines, line.astype(np.float32)))


def who_write_zeros(signs: Iterable[Strokes]) -> list[str]:
    """The writers of plain zeros, in the order of their names."""
    return sorted({sign.writer for sign in signs if sign.label == "0" and len(sign.lines) == 1})


def sent_by(writer: str, signs: Iterable[Strokes], habit: int) -> list[Written]:
    """All digits of a writer as pictures of any kind, a zero drawn again and again, with its strike."""
    mine = [sign for sign in signs if sign.writer == writer]
    zeros = [sign for sign in mine if sign.label == "0"]
    others = [sign for sign in mine if sign.label != "0"]
    made = []
    name = Path(writer).stem
    for number, sign in enumerate([*others, *(zeros[at % len(zeros)] for at in range(ZEROS_EACH))]):
        random = np.random.default_rng((_SEED, habit, number))
        shown = struck(random, sign, habit) if sign.label == "0" else sign
        data = strokes.encoded(random, shown)
        made.append(Written(f"{name}-{number:03}{_suffix(data)}", data, sign.label, writer))
    return made


def _suffix(data: bytes) -> str:
    return ".png" if data.startswith(b"\x89PNG") else ".jpg"


def struck_by_themselves(signs: Iterable[Strokes]) -> list[Written]:
    """The zeros that their writers struck through, from the upper right, each drawn four times."""
    zeros = [sign for sign in signs if sign.label == "0" and len(sign.lines) > 1]
    made = []
    for number, sign in enumerate(zero for zero in zeros for _ in range(4)):
        data = strokes.encoded(np.random.default_rng((_SEED, number)), sign)
        made.append(Written(f"{number:03}{_suffix(data)}", data, sign.label, sign.writer))
    return made


def keep(pictures: Iterable[Written], folder: Path) -> None:
    """As a folder of labelled pictures."""
    (folder / "pictures").mkdir(parents=True)
    with (folder / "labels.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(("file", "label", "writer"))
        for one in pictures:
            (folder / "pictures" / one.name).write_bytes(one.data)
            table.writerow((one.name, one.label, one.writer))


def suite_without(writers: set[str], suite: Path, folder: Path) -> None:
    """The suite, but for the writers that judge here: nothing of theirs may calibrate or gate."""
    (folder / "unipen").mkdir(parents=True)
    for path in suite.iterdir():
        if path.is_dir() and path.name != "unipen":
            (folder / path.name).symlink_to(path.resolve())
    for path in (suite / "unipen").iterdir():
        with gzip.open(path, "rt", encoding="utf-8") as lines, gzip.open(folder / "unipen" / path.name, "wt") as kept:
            kept.writelines(line for line in lines if json.loads(line)["writer"] not in writers)


def read_by_a_daemon(pictures: Path, place: Path) -> Config:
    """Drop the pictures into the inbox of a daemon, correct or confirm what needs a person, and stop it.

    The person looks at what is not `ok`, and at what is `ok` and wrong, and knows what was meant.
    """
    for folder in ("inbox", "outbox"):
        (place / folder).mkdir(parents=True)
    (place / "config.yaml").write_text("digit_watcher: 1\ninbox: inbox\noutbox: outbox\n")
    config = load(place / "config.yaml")
    truth = {row["file"]: row["label"] for row in rows(pictures / "labels.csv")}
    daemon = subprocess.Popen([sys.executable, "-m", "watcher", "run"], cwd=place)
    try:
        for name in truth:
            (place / "inbox" / name).write_bytes((pictures / "pictures" / name).read_bytes())
        results = wait_for(config.outbox / "results.csv", len(truth))
        said = [(row["id"], truth[row["file"]]) for row in results if not served(row, truth)]
        say(config, said, by="somebody")
        wait_for(config.outbox / "corrections.csv", len(said))
    finally:
        daemon.send_signal(signal.SIGTERM)
        daemon.wait()
    click.echo(f"{len(results)} pictures read by a daemon, {len(said)} corrected or confirmed")
    return config


def served(row: dict[str, str], truth: dict[str, str]) -> bool:
    """Whether nobody need look at a row, and nobody would mind what it says."""
    return row["status"] == "ok" and row["prediction"] == truth[row["file"]]


def rows(path: Path) -> list[dict[str, str]]:
    """The lines of a CSV file, by their columns; of one that is not there yet, none."""
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def wait_for(path: Path, count: int) -> list[dict[str, str]]:
    """The lines of a CSV file, once there are so many."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while len(found := rows(path)) < count:
        if time.monotonic() > until:
            raise SystemExit(f"{path}: {len(found)} lines, {count} are expected")
        time.sleep(0.1)
    return found


def run(*command: str | Path) -> int:
    """A command of the project, shown as it is typed; gives its exit code."""
    click.echo(f"\n$ python -m {' '.join(map(str, command))}")
    return subprocess.run([sys.executable, "-m", *map(str, command)], check=False).returncode  # noqa: S603  our own


def draw(suite: Path, out: Path) -> None:
    """People in two halves by writer, others of the part `report`, the usual struck zeros, a suite without people."""
    signs = unipen.load(suite / "unipen", "validate")
    writers = who_write_zeros(signs)
    for half, name in enumerate(("first", "second")):
        sent = [sent_by(writer, signs, at // 2) for at, writer in enumerate(writers) if at % 2 == half]
        keep([picture for each in sent for picture in each], out / name)
    others = unipen.load(suite / "unipen", "report")
    sent = [sent_by(writer, others, at) for at, writer in enumerate(who_write_zeros(others))]
    keep([picture for each in sent for picture in each], out / "report")
    keep(struck_by_themselves(others), out / "known")
    suite_without(set(writers), suite, out / "suite")


def main() -> int:
    """All of it; gives the exit code of `improve`."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--suite", type=Path, required=True, help="folder with mnist/ and unipen/")
    options.add_argument("--out", type=Path, required=True, help="a new folder for all that is made")
    given = options.parse_args()
    out = given.out.resolve()
    out.mkdir(parents=True)
    draw(given.suite, out)
    config = read_by_a_daemon(out / "first", out / "daemon")
    run("watcher", "export", "--config", config.inbox.parent / "config.yaml", "--labels", out / "corrected")
    code = run("train", "improve", out / "corrected", "--suite", out / "suite", "--out", out / "better")
    for bundle in ([], [out / "better"])[: 2 if code == 0 else 1]:
        for people in ("second", "report", "known"):
            run("train", "evaluate", *bundle, "--pictures", out / people)
    return code


if __name__ == "__main__":
    sys.exit(main())
