"""Readings → figures, as numbers for JSON and as a table for people."""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from train import confidence_plots, plots, scores
from train.coverage import curve
from train.readings import Reading
from train.reliability import sure
from watcher.recognition.verdict import Reason, Status

Figures = dict[str, Any]


def evaluate(readings: Sequence[Reading], by: str | None = None) -> Figures:
    """All figures of these readings; with `by`, also for each value of that column.

    accuracy counts unreadable digits as wrong. Pictures whose truth is no single digit are counted
    apart, under `non_digits`: for those, `ok` is the mistake.
    """
    digits = [reading for reading in readings if reading.is_digit]
    others = [reading for reading in readings if not reading.is_digit]
    figures = figures_of(digits)
    figures["per_digit"] = grouped(digits, lambda reading: reading.label)
    if by is not None:
        groups = grouped(digits, lambda reading: reading.columns[by])
        mean = float(np.mean([group["accuracy"] for group in groups.values()])) if groups else None
        figures["by"] = {"column": by, "mean_accuracy_of_groups": mean, "groups": groups}
    if others:
        figures["non_digits"] = {"n": len(others), "statuses": _statuses(others), "reasons": _reasons(others)}
    return figures


def figures_of(readings: Sequence[Reading]) -> Figures:
    """The figures of digits. turned_away: the share that is unreadable, or doubted as no digit."""
    right = sum(reading.right for reading in readings)
    accepted = [reading for reading in readings if reading.verdict.status is Status.OK]
    wrong_ok = sum(not reading.right for reading in accepted)
    read = [reading for reading in readings if reading.verdict.confidence is not None]
    confidence = np.array([reading.verdict.confidence for reading in read], float)
    count = len(readings)
    return {
        "n": count,
        "right": right,
        "accuracy": right / count if count else None,
        "accuracy_interval_95": scores.wilson(right, count),
        "statuses": _statuses(readings),
        "reasons": _reasons(readings),
        "ok_share": len(accepted) / count if count else None,
        "wrong_among_ok": wrong_ok,
        "error_among_ok": wrong_ok / len(accepted) if accepted else None,
        "turned_away": sum(map(_turned_away, readings)) / count if count else None,
        "calibration_error": scores.calibration_error(confidence, np.array([reading.right for reading in read], bool)),
    }


def grouped(readings: Sequence[Reading], key: Callable[[Reading], str]) -> dict[str, Figures]:
    """The figures of each group that `key` makes, by its name."""
    names = sorted({key(reading) for reading in readings})
    return {name: figures_of([reading for reading in readings if key(reading) == name]) for name in names}


def _turned_away(reading: Reading) -> bool:
    return reading.verdict.status is Status.UNREADABLE or reading.verdict.reason is Reason.NOT_A_DIGIT


def _statuses(readings: Sequence[Reading]) -> dict[str, int]:
    counts = Counter(reading.verdict.status for reading in readings)
    return {str(status): counts[status] for status in Status}


def _reasons(readings: Sequence[Reading]) -> dict[str, int]:
    counts = Counter(reading.verdict.reason for reading in readings)
    return {str(reason): counts[reason] for reason in Reason if counts[reason]}


def table(figures: Figures) -> str:
    """The figures in lines of fixed width."""
    if not figures["n"]:
        return _non_digits(figures) or "no labelled pictures"
    low, high = figures["accuracy_interval_95"]
    lines = [
        f"pictures        {figures['n']}",
        f"accuracy        {figures['accuracy']:.2%}  (95 %: {low:.2%} to {high:.2%}; unreadable is wrong)",
        "status          " + _counts(figures["statuses"]),
        "reasons         " + (_counts(figures["reasons"]) or "none"),
        f"ok              {figures['ok_share']:.2%} of all, {figures['wrong_among_ok']} of them wrong"
        f" ({_percent(figures['error_among_ok'])})",
        f"calibration     {figures['calibration_error']:.4f} (expected calibration error, 15 bins)",
        "",
        _groups("digit", figures["per_digit"]),
    ]
    if "by" in figures:
        by = figures["by"]
        lines += ["", _groups(by["column"], by["groups"])]
        lines += [f"mean accuracy over {len(by['groups'])} groups: {_percent(by['mean_accuracy_of_groups'])}"]
    return "\n".join([*lines, _non_digits(figures)]).rstrip()


def _groups(title: str, groups: dict[str, Figures]) -> str:
    wide = max(len(title), *(len(name) for name in groups)) + 2
    head = f"{title:<{wide}}{'n':>6}{'accuracy':>10}{'ok':>9}{'wrong ok':>10}{'review':>8}{'unreadable':>12}"
    return "\n".join([head, *(_line(f"{name:<{wide}}", group) for name, group in groups.items())])


def _line(name: str, group: Figures) -> str:
    statuses = group["statuses"]
    return (
        f"{name}{group['n']:>6}{group['accuracy']:>10.2%}{group['ok_share']:>9.2%}{group['wrong_among_ok']:>10}"
        f"{statuses['review']:>8}{statuses['unreadable']:>12}"
    )


def _non_digits(figures: Figures) -> str:
    others = figures.get("non_digits")
    return f"\nno single digit  {others['n']}: {_counts(others['statuses'])}" if others else ""


def _counts(counts: dict[str, int]) -> str:
    return "  ".join(f"{name} {count}" for name, count in counts.items())


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.2%}"


def draw(readings: Sequence[Reading], folder: Path) -> None:
    """confusion.png, mistakes.png (those of which the reader was surest first), coverage.png and reliability.png."""
    digits = [reading for reading in readings if reading.is_digit]
    labels = np.array([int(reading.label) for reading in digits], np.int64)
    read = np.array([int(reading.verdict.prediction or -1) for reading in digits], np.int64)
    plots.confusion(scores.confusion(labels, read), folder / "confusion.png")
    draw_mistakes(digits, folder / "mistakes.png")
    confidence_plots.coverage({"digits": curve(digits)}, folder / "coverage.png")
    confidence_plots.reliability({"digits": sure(digits)}, folder / "reliability.png")


def draw_mistakes(digits: Sequence[Reading], path: Path) -> None:
    """What the network saw of the digits that it read wrongly, those it was surest of first."""
    wrong = [reading for reading in digits if not reading.right and reading.digit is not None]
    wrong.sort(key=lambda reading: -(reading.verdict.confidence or 0))
    titles = [f"{r.label} read {r.verdict.prediction or 'none'} ({r.verdict.confidence or 0:.2f})" for r in wrong]
    seen = [reading.digit for reading in wrong if reading.digit is not None]
    plots.mistakes(np.stack(seen) if seen else np.empty((0, 28, 28), np.uint8), titles, path)
