"""`export --labels` as people run it: from a daemon's results to a folder that `digit-train` takes."""

import csv
import json
import subprocess
import sys
from pathlib import Path

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place
from watcher.config import load
from watcher.corrections.correcting import say

REPOSITORY = Path(__file__).parents[2]


def test_what_people_said_is_scored_by_the_same_model(place: Place) -> None:
    """Corrected, confirmed and no digit at all: labels.csv and pictures, which evaluate takes as they are."""
    for number in (3, 5, 7, 8):
        place.drop(f"scans/{number}.png", png(number))
    place.once()
    ids = {row["file"]: row["id"] for row in place.rows()}
    labels = {"scans/3.png": "3", "scans/5.png": "6", "scans/7.png": "not_a_digit"}
    say(load(place.config_file), [(ids[name], label) for name, label in labels.items()], by="Ann")
    done = place.command("export", "--labels", "corrected")
    assert (0, "corrected: 3 labelled pictures\n") == (done.returncode, done.stderr)
    with (place.root / "corrected" / "labels.csv").open(newline="") as lines:
        assert labels == {row["arrived_as"]: row["label"] for row in csv.DictReader(lines)}
    scored = subprocess.run(
        [sys.executable, "-m", "train", "evaluate", "--pictures", place.root / "corrected", "--json"],
        cwd=REPOSITORY, capture_output=True, text=True, timeout=100, check=True,
    )  # fmt: skip
    figures = json.loads(scored.stdout)
    assert (2, 1, 1) == (figures["n"], figures["right"], figures["non_digits"]["n"])


def test_options_that_do_not_go_together_are_refused(place: Place) -> None:
    """Rows have no folder, and labels no format."""
    for options in (("--labels", "new", "--format", "csv"), ("--since", "1w")):
        done = place.command("export", *options)
        assert 2 == done.returncode
        assert "with --labels" in done.stderr
