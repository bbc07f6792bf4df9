"""Pictures of how far a reader may be trusted: risk against coverage, and reliability."""

import math
from collections.abc import Mapping
from pathlib import Path

from matplotlib import pyplot as plt

from train.coverage import Curve
from train.plots import log_from_zero, write
from train.reliability import BINS, Sure, binned

# Okabe & Ito, 2008: told apart by those who see no red or no green, too; without its yellow, which white drowns.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#E69F00", "#56B4E9")
_STYLES = ("-", "--", ":")
_COLUMNS = 4
_LEAST_SHOWN = 40.0  # per cent accepted: what is accepted of fewer hangs on single pictures


def coverage(curves: Mapping[str, Curve], path: Path) -> None:
    """Error among the accepted against the share accepted, a line a set; a dot where the reader's thresholds stand."""
    wide = len(curves) > 1
    figure, axes = plt.subplots(figsize=(11, 6) if wide else (7, 4.5), layout="constrained")
    shown = {name: curve for name, curve in curves.items() if len(curve.risk)}
    for place, (name, curve) in enumerate(shown.items()):
        colour, style = _COLOURS[place % len(_COLOURS)], _STYLES[place // len(_COLOURS) % len(_STYLES)]
        label = f"{name} (AURC {100 * curve.area:.2g} %)"
        axes.plot(100 * curve.coverage, 100 * curve.risk, color=colour, linestyle=style, label=label)
        if curve.point is not None:
            axes.plot(100 * curve.point[0], 100 * curve.point[1], "o", color=colour, markeredgecolor="white")
    if any(curve.point for curve in shown.values()):
        axes.plot([], [], "o", color="grey", label="where the thresholds for `ok` stand")
    axes.set(xlabel="accepted, % of all", ylabel="wrong, % of the accepted", xlim=(_left(shown), 101))
    log_from_zero(axes, _smallest(shown))
    axes.grid(visible=True, alpha=0.3)
    if not shown:
        axes.text(0.5, 0.5, "no digits", transform=axes.transAxes, ha="center")
    elif wide:
        figure.legend(fontsize=8, loc="outside right upper")
    else:
        axes.legend(fontsize=8, loc="upper left")
    write(figure, path)


def _left(curves: Mapping[str, Curve]) -> float:
    points = [100 * curve.point[0] for curve in curves.values() if curve.point]
    reached = [100 * float(curve.coverage[-1]) for curve in curves.values()]
    return max(0.0, 10 * math.floor(min([_LEAST_SHOWN, *points, *reached]) / 10) - 1)


def _smallest(curves: Mapping[str, Curve]) -> float:
    """The power of ten below which no share of wrong ones but 0 can be seen, in per cent."""
    most = max((len(curve.risk) for curve in curves.values()), default=1)
    return float(min(1.0, max(0.001, 10.0 ** math.floor(math.log10(100 / most)))))


def reliability(sets: Mapping[str, Sure], path: Path) -> None:
    """Share of right ones against the confidence said, with 95 % intervals, and below how many there are; by set."""
    columns = min(_COLUMNS, max(1, len(sets)))
    lines = max(1, -(-len(sets) // columns))
    size = (3.1 * columns, 3.7 * lines) if columns > 1 else (5.5, 5.5)
    figure = plt.figure(figsize=size, layout="constrained")
    grid = figure.add_gridspec(lines, columns)
    for place, (name, found) in enumerate(sets.items()):
        upper, lower = (
            grid[place // columns, place % columns].subgridspec(2, 1, height_ratios=(3, 1)).subplots(sharex=True)
        )
        title = f"{name}: none"
        if len(found.confidence):
            _draw_bins(found, upper, lower)
            title = f"{name}\nECE {100 * found.error:.2f} %, n = {len(found.confidence):,}"
        upper.plot([0, 100], [0, 100], color="grey", linewidth=0.8)
        upper.set_title(title, fontsize=9)
        upper.set(xlim=(0, 102), ylim=(-2, 102), ylabel="right, %")
        lower.set(xlabel="confidence, %", ylabel="pictures")
        upper.grid(visible=True, alpha=0.3)
    write(figure, path)


def _draw_bins(found: Sure, upper: plt.Axes, lower: plt.Axes) -> None:
    bins = binned(found)
    right = [100 * one.right for one in bins]
    spread = ([100 * (one.right - one.low) for one in bins], [100 * (one.high - one.right) for one in bins])
    at = [100 * one.confidence for one in bins]
    upper.errorbar(at, right, yerr=spread, fmt="o", color=_COLOURS[0], ecolor="#7FB8D8", markersize=4, capsize=2)
    lower.hist(100 * found.confidence, bins=BINS, range=(0, 100), color=_COLOURS[0])
    lower.set_yscale("log")
    lower.set_ylim(bottom=0.5)
