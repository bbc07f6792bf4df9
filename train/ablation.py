"""What each step of reading gains: all sets, once with all steps and once without each of them."""

from dataclasses import fields, replace

from train.evaluate import Figures, figures_of
from train.readings import Reading, Sample, of_samples
from train.sets import Set, Suite
from watcher.recognition.model import Model
from watcher.recognition.recogniser import Recogniser
from watcher.recognition.second_look import SecondLook
from watcher.recognition.steps import ALL_STEPS, Steps
from watcher.recognition.verdict import Status

ALL, SECOND_LOOK = "all steps", "second_look"
MOST, MOST_OF_NO_DIGIT = 400, 60  # pictures of a set, evenly spread over it


def ablate(model: Model, sets: Suite) -> Figures:
    """Figures by what is left out, then by set: right and ok as shares of the digits; ok alone of what is none."""
    variants = {ALL: Recogniser(model)}
    for field in fields(Steps):
        variants[field.name] = Recogniser(model, steps=replace(ALL_STEPS, **{field.name: False}))
    variants[SECOND_LOOK] = Recogniser(replace(model, second_look=SecondLook()))
    found: Figures = {name: {} for name in variants}
    for one in sets.sets:
        samples = spread(one, MOST if one.digits else MOST_OF_NO_DIGIT)
        for name, recogniser in variants.items():
            found[name][one.name] = _figures(one, of_samples(recogniser, samples, len(samples), f"{one.name}: {name}"))
    return found


def spread(one: Set, most: int) -> list[Sample]:
    """At most so many samples, always the same ones, evenly spread over the set."""
    samples = list(one.samples())
    return samples[:: max(1, -(-len(samples) // most))]


def _figures(one: Set, readings: list[Reading]) -> Figures:
    ok = sum(reading.verdict.status is Status.OK for reading in readings) / max(1, len(readings))
    if not one.digits:
        return {"ok": ok}
    figures = figures_of([reading for reading in readings if reading.is_digit])
    return {"right": figures["accuracy"] or 0.0, "ok": figures["ok_share"] or 0.0}


def table(found: Figures) -> str:
    """A line a set, a column a step that is left out: the change in percentage points of `right` (or `ok`)."""
    steps = [name for name in found if name != ALL]
    wide = 2 + max(map(len, found[ALL]))
    lines = [f"{'without':<{wide + 9}}" + "".join(f"{name:>14}" for name in steps)]
    lines += _block("right", found, steps, wide)
    lines += _block("ok", found, steps, wide)
    lines.append(
        f"Percentage points against all steps, on at most {MOST} pictures of a set ({MOST_OF_NO_DIGIT} of no digit)."
    )
    return "\n".join(lines)


def _block(figure: str, found: Figures, steps: list[str], wide: int) -> list[str]:
    lines = [f"{figure:<{wide}}{ALL:>9}"]
    for name, whole in found[ALL].items():
        if figure in whole:
            changes = (100 * (found[step][name][figure] - whole[figure]) for step in steps)
            cells = "".join(f"{change:>+14.2f}" if round(change, 2) else f"{'·':>14}" for change in changes)
            lines.append(f"{name:<{wide}}{whole[figure]:>9.2%}{cells}")
    return lines
