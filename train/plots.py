"""Pictures of a run: learning curves, confusion, the worst mistakes."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray

mpl.use("Agg")  # runs without a display, and never touches the one there is
from matplotlib import pyplot as plt

from train.checkpoint import Row
from train.coverage import Curve

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def curves(rows: Sequence[Row], path: Path) -> None:
    """Loss and error of each epoch, in training and held out."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.5), layout="constrained")
    epochs = [row["epoch"] for row in rows]
    for prefix, name in (("", "training (distorted where augmented)"), ("holdout_", "held out")):
        left.plot(epochs, [row[f"{prefix}loss"] for row in rows], label=name)
        right.plot(epochs, [100 * (1 - row[f"{prefix}accuracy"]) for row in rows], label=name)
    left.set(xlabel="epoch", ylabel="loss", yscale="log")
    right.set(xlabel="epoch", ylabel="error, %", yscale="symlog")
    right.legend()
    _write(figure, path)


def confusion(table: NDArray[np.int64], path: Path) -> None:
    """The table of `scores.confusion` as a heat map; the diagonal is left out of the colours."""
    figure, axes = plt.subplots(figsize=(6, 5.5), layout="constrained")
    colours = table.astype(float)
    np.fill_diagonal(colours, np.nan)
    axes.imshow(colours, cmap="Oranges")
    for row, column in np.argwhere(table > 0):
        axes.text(column, row, str(table[row, column]), ha="center", va="center", fontsize=8)
    axes.set(xlabel="read as", ylabel="is", yticks=range(10))
    axes.set_xticks(range(11), [*map(str, range(10)), "none"])
    _write(figure, path)


def mistakes(pictures: NDArray[np.uint8], titles: Sequence[str], path: Path) -> None:
    """Up to 40 pictures uint8 (n, 28, 28), the worst first, each under its title."""
    columns = 8
    lines = max(1, -(-min(len(pictures), 40) // columns))
    figure, axes = plt.subplots(lines, columns, figsize=(columns * 1.2, lines * 1.45), squeeze=False)
    for axis in axes.flat:
        axis.axis("off")
    for axis, picture, title in zip(axes.flat, pictures, titles, strict=False):
        axis.imshow(255 - picture, cmap="gray", vmin=0, vmax=255)
        axis.set_title(title, fontsize=7)
    figure.tight_layout()
    _write(figure, path)


def coverage(curves: Mapping[str, Curve], path: Path) -> None:
    """Error among the accepted against the share accepted, a line a set; a dot where the reader's thresholds stand."""
    figure, axes = plt.subplots(figsize=(11, 6), layout="constrained")
    for place, (name, curve) in enumerate(curves.items()):
        colour, style = plt.get_cmap("tab20")(place % 20), ("-", "--")[place >= 10]
        axes.plot(100 * curve.coverage, 100 * curve.risk, color=colour, linestyle=style, label=name)
        axes.plot(100 * curve.point[0], 100 * curve.point[1], "o", color=colour)
    axes.set(xlabel="accepted, % of all", ylabel="wrong, % of the accepted", xlim=(40, 100.5))
    axes.set_yscale("symlog", linthresh=0.1)
    axes.set_ylim(bottom=0)
    axes.grid(visible=True, alpha=0.3)
    figure.legend(fontsize=8, loc="outside right upper")
    _write(figure, path)


def reliability(sets: Mapping[str, tuple[Floats, Bools]], path: Path) -> None:
    """Share of right ones against the confidence said, in ten bins of equal count, a panel a set.

    sets: confidence float (n,) and right bool (n,), by name.
    """
    columns = 4
    lines = max(1, -(-len(sets) // columns))
    figure, axes = plt.subplots(lines, columns, figsize=(3 * columns, 3 * lines), squeeze=False, layout="constrained")
    for axis in axes.flat[len(sets) :]:
        axis.axis("off")
    for axis, (name, (confidence, right)) in zip(axes.flat, sets.items(), strict=False):
        order = np.argsort(confidence)
        bins = [part for part in np.array_split(order, 10) if len(part)]
        axis.plot([0, 100], [0, 100], color="grey", linewidth=0.8)
        axis.plot([100 * confidence[b].mean() for b in bins], [100 * right[b].mean() for b in bins], "o-", markersize=3)
        axis.set_title(name, fontsize=8)
        axis.set(xlabel="confidence, %", ylabel="right, %")
    _write(figure, path)


def _write(figure: plt.Figure, path: Path) -> None:
    figure.savefig(path, dpi=110)
    plt.close(figure)
