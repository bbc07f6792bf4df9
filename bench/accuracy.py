"""`python -m bench.accuracy`: labelled pictures through the daemon itself, scored from its results.csv.

MNIST's test set as PNG files:     python -m bench.accuracy --mnist DIR-OF-IDX-FILES
A folder with labels.csv:          python -m bench.accuracy --pictures DIR --only kind=single --by medium
"""

import csv
import shutil
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import click
import cv2

from bench.rivals import daemon
from train.mnist import load


@click.command()
@click.option("--mnist", type=click.Path(path_type=Path), help="Folder of MNIST's original idx files.")
@click.option("--pictures", type=click.Path(path_type=Path), help="Folder with labels.csv (file,label,…) and pictures.")
@click.option("--only", multiple=True, metavar="COLUMN=VALUE", help="Rows of labels.csv to take.")
@click.option("--by", metavar="COLUMN", help="Column of labels.csv to divide the table by.")
def main(mnist: Path | None, pictures: Path | None, only: tuple[str, ...], by: str | None) -> None:
    """Copy the pictures into an inbox, run the daemon over it once, compare its rows with the labels."""
    with tempfile.TemporaryDirectory(prefix="digit-watcher-") as folder:
        inbox = Path(folder) / "inbox"
        inbox.mkdir()
        labels = _write_mnist(inbox, mnist) if mnist else _copy_labelled(inbox, pictures or Path(), only, by)
        started = time.perf_counter()
        seconds = daemon(inbox)
        wall = time.perf_counter() - started
        with open(Path(folder) / "outbox" / "results.csv", newline="", encoding="utf-8") as file:
            rows = {row["file"]: row for row in csv.DictReader(file)}
    _print_table(labels, rows)
    click.echo(f"{len(labels):,} pictures: {seconds:.1f} s from READY, {wall:.1f} s with the start")


def _write_mnist(inbox: Path, folder: Path) -> dict[str, tuple[str, str]]:
    """Write the test set as PNG files; gives name → (label, group)."""
    data = load(str(folder), "test")
    labels = {}
    for number, (picture, label) in enumerate(zip(data.pictures, data.labels, strict=True)):
        name = f"{number:05d}.png"
        cv2.imwrite(str(inbox / name), picture)
        labels[name] = (str(label), "t10k")
    return labels


def _copy_labelled(inbox: Path, folder: Path, only: tuple[str, ...], by: str | None) -> dict[str, tuple[str, str]]:
    wanted = dict(item.split("=", 1) for item in only)
    where = {path.name: path for path in folder.rglob("*") if path.is_file()}
    labels = {}
    with open(folder / "labels.csv", newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if all(row[column] == value for column, value in wanted.items()):
                shutil.copy(where[row["file"]], inbox / row["file"])
                labels[row["file"]] = (row["label"], row[by] if by else "all")
    return labels


def _print_table(labels: dict[str, tuple[str, str]], rows: dict[str, dict[str, str]]) -> None:
    groups: dict[str, list[tuple[bool, str]]] = defaultdict(list)
    for name, (label, group) in labels.items():
        entry = (rows[name]["prediction"] == label, rows[name]["status"])
        for key in {group, "all"}:
            groups[key].append(entry)
    click.echo(f"{'':12} {'n':>7} {'right':>7} {'accuracy':>9} {'ok':>7} {'wrong and ok':>13}")
    for group, entries in sorted(groups.items()):
        right = sum(good for good, _ in entries)
        taken = [good for good, status in entries if status == "ok"]
        wrong = len(taken) - sum(taken)
        click.echo(
            f"{group:12} {len(entries):7,} {right:7,} {right / len(entries):9.2%}"
            f" {len(taken) / len(entries):7.1%} {wrong:7,} ({wrong / max(1, len(taken)):.2%})"
        )


if __name__ == "__main__":
    main()
