"""What a finished run leaves in its folder beside the model."""

import csv
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from train import confidence_plots, mnist, networks, plots, scores
from train.checkpoint import Row
from train.coverage import curve_of
from train.digits import Digits, normalised
from train.recipe import Recipe
from train.reliability import Sure
from train.versions import versions


def write_history(rows: Sequence[Row], run: Path) -> None:
    """history.csv: one line an epoch."""
    with (run / "history.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def finish(model: Any, recipe: Recipe, rows: Sequence[Row], run: Path, trained_on: int, holdout: Digits) -> str:
    """Score the float network on the test digits, write metrics and figures, and sum up in a sentence.

    An unreadable test digit counts as a mistake. holdout: what says how far the network's confidence, which is not
    calibrated yet, can be trusted.
    """
    test, unread = normalised(mnist.load(recipe.data, "test"), "test digits")
    logs = networks.log_probabilities(model, test.pictures)
    read = logs[:, :10].argmax(axis=1)
    loss = float(-logs[np.arange(len(test)), test.labels].mean())
    accuracy = float((read == test.labels).sum() / (len(test) + unread))
    metrics = {
        "test": {"n": len(test) + unread, "unreadable": unread, "accuracy": accuracy, "loss": loss},
        "holdout": {"accuracy": rows[-1]["holdout_accuracy"], "loss": rows[-1]["holdout_loss"]},
        "trained_on": trained_on,
        "parameters": model.count_params(),
        "multiply_adds": networks.multiply_adds(model),
        "seconds": round(sum(row["seconds"] for row in rows), 1),
        "finished": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "versions": versions(),
    }
    (run / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n")
    plots.curves(rows, run / "curves.png")
    plots.confusion(scores.confusion(test.labels, read), run / "confusion.png")
    _worst(logs[:, :10], read, test.labels, test.pictures, run)
    _trust(networks.log_probabilities(model, holdout.pictures), holdout.labels, run)
    return f"test: accuracy {accuracy:.4f}, loss {loss:.4f} on {len(test) + unread} digits"


def _trust(logs: NDArray[np.float32], labels: NDArray[np.int64], run: Path) -> None:
    """coverage.png and reliability.png, of the ten digits among themselves."""
    digits = scores.log_softmax(logs[:, :10])
    found = Sure(np.exp(digits.max(axis=1)), digits.argmax(axis=1) == labels)
    name = "held out, not calibrated"
    confidence_plots.coverage({name: curve_of(found.confidence, found.right, len(labels))}, run / "coverage.png")
    confidence_plots.reliability({name: found}, run / "reliability.png")


def _worst(
    logs: NDArray[np.float32],
    read: NDArray[np.intp],
    labels: NDArray[np.int64],
    pictures: NDArray[np.uint8],
    run: Path,
) -> None:
    """mistakes.png: those that the network was surest of come first."""
    wrong = np.flatnonzero(read != labels)
    surest = wrong[np.argsort(-(logs[wrong, read[wrong]] - logs[wrong, labels[wrong]]))]
    titles = [f"{labels[place]} read {read[place]} ({np.exp(logs[place].max()):.2f})" for place in surest]
    plots.mistakes(pictures[surest], titles, run / "mistakes.png")
