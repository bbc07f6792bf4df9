"""model.json: what a bundle says of itself."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from train.calibrate import Fitted
from watcher.errors import UsageError

WEIGHTS = "model.tflite"
FILE = "model.json"
FORMAT = 1


@dataclass(frozen=True)
class Origin:
    """Where the weights come from: everything needed to make them again."""

    commands: tuple[str, ...]
    data: tuple[str, ...]  # each with its licence
    recipe: Mapping[str, Any]
    trained_on: int
    seconds: float
    versions: Mapping[str, str]


def card(
    name: str,
    weights: bytes,
    classes: tuple[str, ...],
    fitted: Fitted,
    origin: Origin,
    scores: Mapping[str, Any],
) -> dict[str, Any]:
    """The card of these weights. `scores` must come from `evaluate` on these very weights."""
    return {
        "format": FORMAT,
        "name": name,
        "weights": WEIGHTS,
        "sha256": hashlib.sha256(weights).hexdigest(),
        "classes": list(classes),
        "input": {"height": 28, "width": 28, "scale": "unit", "shape": "image"},
        "second_look": asdict(fitted.second_look),
        "calibration": asdict(fitted.calibration),
        "thresholds": asdict(fitted.thresholds),
        "accepted_errors": [asdict(point) for point in fitted.accepted_errors],
        "training": asdict(origin),
        "scores": {**scores, "validation": {"chosen_by": fitted.roles, "shares": fitted.shares}},
    }


def write(folder: Path, contents: Mapping[str, Any], weights: bytes) -> None:
    """Write weights, then card, into the bundle's folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / WEIGHTS).write_bytes(weights)
    replace(folder, contents)


def read(folder: Path) -> dict[str, Any]:
    """The card of a bundle; raises UsageError where the folder has none that can be read."""
    try:
        found: dict[str, Any] = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{folder}: no bundle ({error})", hint="make one with `python -m train export`") from error
    return found


def replace(folder: Path, contents: Mapping[str, Any]) -> None:
    """Put the card into the bundle's folder, at one stroke."""
    temporary = folder / f"{FILE}.new"
    temporary.write_text(json.dumps(contents, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    temporary.replace(folder / FILE)
