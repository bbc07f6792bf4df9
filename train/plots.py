"""Pictures of a run: learning curves, confusion, the worst mistakes."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray

mpl.use("Agg")  # runs without a display, and never touches the one there is
from matplotlib import pyplot as plt
from matplotlib.ticker import LogLocator

from train.checkpoint import Row

MOST_MISTAKES = 40
_FEW_EPOCHS = 10


def curves(rows: Sequence[Row], path: Path) -> None:
    """Loss and error of each epoch, in training and held out."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.5), layout="constrained")
    epochs = [row["epoch"] for row in rows]
    marker = "o" if len(rows) <= _FEW_EPOCHS else ""
    for prefix, name, colour, style in (
        ("", "training (distorted where augmented)", "#0072B2", "--"), ("holdout_", "held out", "#D55E00", "-"),
    ):  # fmt: skip
        look = {"color": colour, "linestyle": style, "marker": marker, "markersize": 4, "label": name}
        left.plot(epochs, [row[f"{prefix}loss"] for row in rows], **look)
        right.plot(epochs, [100 * (1 - row[f"{prefix}accuracy"]) for row in rows], **look)
    left.set(xlabel="epoch", ylabel="loss", yscale="log")
    right.set(xlabel="epoch", ylabel="error, %")
    log_from_zero(right, 0.1)
    left.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    left.yaxis.set_major_formatter("{x:g}")
    left.minorticks_off()
    for axes in (left, right):
        axes.grid(visible=True, alpha=0.3)
        axes.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)
        axes.set_xlim(min(epochs) - 0.5, max(epochs) + 0.5)
    figure.legend(*right.get_legend_handles_labels(), loc="outside upper center", ncols=2, frameon=False)
    write(figure, path)


def confusion(table: NDArray[np.int64], path: Path) -> None:
    """The table of `scores.confusion` as a heat map; the diagonal is left out of the colours."""
    figure, axes = plt.subplots(figsize=(6, 5.5), layout="constrained")
    colours = table.astype(float)
    np.fill_diagonal(colours, np.nan)
    most = max(1.0, np.nanmax(colours))
    axes.imshow(colours, cmap="Oranges", vmin=0, vmax=most)
    for row, column in np.argwhere(table > 0):
        ink = "white" if colours[row, column] > 0.6 * most else "black"
        axes.text(column, row, str(table[row, column]), ha="center", va="center", fontsize=8, color=ink)
    axes.set(xlabel="read as", ylabel="is", yticks=range(10), title=_of(int(table.sum()), "digit"))
    axes.set_xticks(range(11), [*map(str, range(10)), "none"])
    write(figure, path)


def mistakes(pictures: NDArray[np.uint8], titles: Sequence[str], path: Path) -> None:
    """Up to MOST_MISTAKES pictures uint8 (n, 28, 28), the worst first, each under its title."""
    columns = 8
    lines = max(1, -(-min(len(pictures), MOST_MISTAKES) // columns))
    figure, grid = plt.subplots(
        lines, columns, figsize=(columns * 1.2, lines * 1.45 + 0.4), squeeze=False, layout="constrained"
    )
    for axes in grid.flat:
        axes.axis("off")
    for axes, picture, title in zip(grid.flat, pictures[:MOST_MISTAKES], titles, strict=False):
        axes.imshow(255 - picture, cmap="gray", vmin=0, vmax=255)
        axes.set_title(title, fontsize=8)
    first = f"the {MOST_MISTAKES} surest readings" if len(pictures) > MOST_MISTAKES else "the surest readings first"
    order = f", {first}" if len(pictures) > 1 else ""
    figure.suptitle(f"{_of(len(pictures), 'digit')} read wrongly{order}", fontsize=9)
    write(figure, path)


def _of(count: int, what: str) -> str:
    return f"{count:,} {what}{'s' * (count != 1)}" if count else f"no {what}s"


def log_from_zero(axes: plt.Axes, smallest: float) -> None:
    """A logarithmic axis of per cents, but for what is less than `smallest`: zero has its place on it."""
    axes.set_yscale("symlog", linthresh=smallest, linscale=0.5)
    marks = [0.0, *(mark for mark in (0.001, 0.01, 0.1, 1, 10, 100) if mark >= smallest)]
    axes.set_yticks(marks, [f"{mark:g}" for mark in marks])
    axes.minorticks_off()
    top = max(axes.dataLim.y1, 10 * smallest) if np.isfinite(axes.dataLim.y1) else 100
    axes.set_ylim(-0.2 * smallest, min(1.6 * top, 130))


def write(figure: plt.Figure, path: Path) -> None:
    """Write it, and forget it."""
    figure.savefig(path, dpi=110)
    plt.close(figure)
