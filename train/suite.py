"""A reader through all sets: each picture read once, all figures from those readings."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from train import confidence_plots, scores
from train.coverage import curve
from train.evaluate import Figures, draw_mistakes, figures_of, grouped
from train.readings import Reading
from train.readings import read as read_samples
from train.reliability import sure
from train.sets import Set, Suite
from watcher.bars import bar
from watcher.recognition.recogniser import Recogniser
from watcher.recognition.verdict import Reason, Status

Readings = Mapping[str, Sequence[Reading]]


def read(recogniser: Recogniser, sets: Suite, what: str = "") -> dict[str, list[Reading]]:
    """The readings of each set, by its name. what: stands before the set's number and name, on the bar."""
    found: dict[str, list[Reading]] = {one.name: [] for one in sets.sets}
    with bar(sets.count, "pictures", smoothing=0.02) as drawn:
        for number, one in enumerate(sets.sets, 1):
            drawn.set_description(f"{what}set {number}/{len(sets.sets)}, {one.name}", refresh=False)
            for reading in read_samples(recogniser, one.samples()):
                found[one.name].append(reading)
                drawn.update()
    return found


def score(sets: Suite, readings: Readings) -> Figures:
    """Figures of each set: `digits` with accuracy and calibration, `no_digit` with the share that is not `ok`."""
    return {
        "digits": {one.name: _of_digits(one, readings[one.name]) for one in sets.sets if one.digits},
        "no_digit": {one.name: _of_no_digit(one, readings[one.name]) for one in sets.sets if not one.digits},
        "skipped": list(sets.skipped),
    }


def _of_digits(one: Set, readings: Sequence[Reading]) -> Figures:
    found = [reading for reading in readings if reading.is_digit]
    figures = figures_of(found)
    figures["by"] = {column: grouped(found, lambda r, c=column: r.columns[c]) for column in one.by}  # type: ignore[misc]
    if one.mean_over:
        groups = grouped(found, lambda reading: reading.columns[one.mean_over])
        mean = float(np.mean([group["accuracy"] for group in groups.values()])) if groups else None
        figures["mean_over"] = {"column": one.mean_over, "groups": len(groups), "accuracy": mean}
    figures["mistakes"] = [_mistake(reading) for reading in found if not reading.right]
    return figures


def _mistake(reading: Reading) -> Figures:
    verdict = reading.verdict
    named = {key: reading.columns[key] for key in ("file", "place", "writer", "index") if key in reading.columns}
    return {
        **named, "label": reading.label, "read": verdict.prediction, "confidence": verdict.confidence,
        "status": str(verdict.status), "reason": verdict.reason and str(verdict.reason),
    }  # fmt: skip


def _of_no_digit(one: Set, readings: Sequence[Reading]) -> Figures:
    verdicts = [reading.verdict for reading in readings]
    kept_out = sum(verdict.status is not Status.OK for verdict in verdicts)
    count = len(verdicts)
    return {
        "n": count,
        "not_ok": kept_out,
        "not_ok_share": kept_out / count if count else None,
        "not_ok_interval_95": scores.wilson(kept_out, count),
        "reach": one.reach,
        "reasons": {str(reason): sum(v.reason is reason for v in verdicts) for reason in Reason},
    }


def table(scored: Figures) -> str:
    """All figures in lines of fixed width, a line a set; those of its parts are indented."""
    wide = 2 + max(len(name) for name in (*scored["digits"], *scored["no_digit"], "no digit"))
    lines = [
        f"{'digits':<{wide}}{'n':>6}{'right':>9}{'of 95 %':>18}{'ok':>8}{'wrong ok':>14}{'away':>8}{'ECE':>7}",
        *(line for name, figures in scored["digits"].items() for line in _digit_lines(name, figures, wide)),
        "",
        f"{'no digit':<{wide}}{'n':>6}{'not ok':>9}{'of 95 %':>18}{'reach':>8}   reasons",
        *(_no_digit_line(f"{name:<{wide}}", figures) for name, figures in scored["no_digit"].items()),
        "",
        "right: unreadable is wrong. wrong ok: of those that are ok. away: unreadable, or doubted as not_a_digit.",
        *(f"skipped: {line}" for line in scored["skipped"]),
    ]
    return "\n".join(lines)


def _digit_lines(name: str, figures: Figures, wide: int) -> list[str]:
    lines = [_digit_line(f"{name:<{wide}}", figures)]
    for column, groups in figures["by"].items():
        lines += [_digit_line(f"{f'  {column} {value}':<{wide}}", group) for value, group in groups.items()]
    if mean := figures.get("mean_over"):
        title = f"  mean over {mean['column']}s"
        lines.append(f"{title:<{wide}}{mean['groups']:>6}{_percent(mean['accuracy']):>9}")
    return lines


def _digit_line(name: str, figures: Figures) -> str:
    if not figures["n"]:
        return f"{name}{0:>6}"
    low, high = figures["accuracy_interval_95"]
    wrong = f"{figures['wrong_among_ok']} ({_percent(figures['error_among_ok'])})"
    return (
        f"{name}{figures['n']:>6}{_percent(figures['accuracy']):>9}{f'{low:.2%}–{high:.2%}':>18}"
        f"{figures['ok_share']:>8.1%}{wrong:>14}{figures['turned_away']:>8.2%}{figures['calibration_error']:>7.2%}"
    )


def _no_digit_line(name: str, figures: Figures) -> str:
    if not figures["n"]:
        return f"{name}{0:>6}"
    low, high = figures["not_ok_interval_95"]
    reasons = "  ".join(f"{reason} {count}" for reason, count in figures["reasons"].items() if count)
    reach = "-" if figures["reach"] is None else f"{figures['reach']:.0%}"
    span = f"{low:.1%}–{high:.1%}"
    return f"{name}{figures['n']:>6}{figures['not_ok_share']:>9.1%}{span:>18}{reach:>8}   {reasons}"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.2%}"


def draw(sets: Suite, readings: Readings, folder: Path) -> None:
    """coverage.png, reliability.png, and mistakes-SET.png for each set that has any."""
    kept = {one.name: [r for r in readings[one.name] if r.is_digit] for one in sets.sets if one.digits}
    shown = {name: found for name, found in kept.items() if found}
    confidence_plots.coverage({name: curve(found) for name, found in shown.items()}, folder / "coverage.png")
    confidence_plots.reliability({name: sure(found) for name, found in shown.items()}, folder / "reliability.png")
    for name, found in shown.items():
        if not all(reading.right for reading in found):
            draw_mistakes(found, folder / f"mistakes-{_file_name(name)}.png")


def _file_name(set_name: str) -> str:
    return "-".join("".join(sign if sign.isalnum() else " " for sign in set_name).split())
