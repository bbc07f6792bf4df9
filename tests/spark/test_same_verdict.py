"""The same pictures get the same verdict from executors as from this machine, to the last digit of each score."""

import re
from typing import Any

import cv2
import numpy as np

from tests.browser.pictures import pair
from tests.end_to_end.pictures import KINDS, digit, encoded, png
from tests.end_to_end.place import Place
from tests.end_to_end.test_same_verdict import doubtful
from tests.faults.test_broken_pictures import BROKEN
from tests.spark.clustered import Clustered
from watcher.recognition.verdict import Reason

DOCS = "docs/pictures"
OF_THE_ARRIVAL = {"id", "arrived_at", "processed_at"}
SEED = 20261122


def photographed(number: int, draw: np.random.Generator) -> bytes:
    """A digit on paper under uneven light, turned, out of focus and with grain, as a JPEG."""
    picture = cv2.resize(digit(number, ink=40, paper=215), (320, 384), interpolation=cv2.INTER_CUBIC)
    turned = cv2.getRotationMatrix2D((160, 192), float(draw.uniform(-12, 12)), float(draw.uniform(0.6, 1.0)))
    picture = cv2.warpAffine(picture, turned, (320, 384), borderValue=215)
    across, down = np.linspace(draw.uniform(0.6, 0.9), 1, 320), np.linspace(1, draw.uniform(0.7, 1.0), 384)
    light = down[:, None] * across[None, :]
    grain = draw.normal(0, 6, picture.shape)
    return encoded(np.clip(cv2.GaussianBlur(picture, (0, 0), 1.5) * light + grain, 0, 255).astype(np.uint8), ".jpg")


def written(draw: np.random.Generator) -> bytes:
    """Some lines at random: a scribble, a letter, perhaps a digit."""
    picture = np.full((96, 96), 255, np.uint8)
    points = draw.integers(8, 88, (int(draw.integers(2, 9)), 1, 2)).astype(np.int32)
    cv2.polylines(picture, [points], isClosed=bool(draw.integers(2)), color=0, thickness=int(draw.integers(2, 9)))
    return encoded(picture)


def make_pictures() -> dict[str, bytes]:
    """Some hundred: every kind of file and digit, photographs, doubtful ones, several digits, none, and broken ones."""
    draw = np.random.default_rng(SEED)
    made = {f"{number}-{name}": make(number) for name, make in KINDS.items() for number in range(10)}
    made |= {f"photographed-{n}.jpg": photographed(n % 10, draw) for n in range(60)}
    made |= {f"written-{n}.png": written(draw) for n in range(60)}
    made |= {f"pair-{n}.png": encoded(pair(n, 9 - n)) for n in range(10)}
    made |= {f"noise-{n}.png": encoded(draw.integers(0, 256, (50, 50), np.uint8)) for n in range(10)}
    made |= {f"grey-{n}.png": encoded(np.full((40, 40), 25 * n, np.uint8)) for n in range(10)}
    made |= {name: data for name, (data, _) in BROKEN.items()}
    return made | {"doubtful.png": doubtful(), "half.tiff": encoded(digit(3), ".tiff")[:-900], "wrong.jpg": png(3)}


def verdicts(place: Place) -> tuple[dict[str, dict[str, str]], dict[str, dict[str, Any]]]:
    """Rows and lines by file, without what belongs to one arrival."""
    rows = {row["file"]: {k: v for k, v in row.items() if k not in OF_THE_ARRIVAL} for row in place.rows()}
    lines = {line["file"]: {k: v for k, v in line.items() if k not in OF_THE_ARRIVAL} for line in place.lines()}
    return rows, lines


def reasons(place: Place) -> dict[str, str]:
    """What is said beside each rejected file."""
    files = place.outbox.rglob("*.reason.txt")
    return {file.name: re.sub("^id: .*", "", file.read_text(encoding="utf-8"), flags=re.M) for file in files}


def test_executors_and_this_machine_agree(place: Clustered, pytestconfig: Any) -> None:
    """Rows of results.csv and lines of results.jsonl are equal, scores too; so are reasons beside rejected files."""
    here = Place(place.root / "here")
    pictures = make_pictures()
    pictures |= {path.name: path.read_bytes() for path in (pytestconfig.rootpath / DOCS).iterdir()}
    dropped = [(here.drop(name, data), place.drop(name, data))[0] for name, data in pictures.items()]
    here.once()
    place.once()
    place.assert_conserved(dropped)
    here.assert_conserved(dropped)
    local, there = verdicts(here), verdicts(place)
    assert set(pictures) == set(there[0]) == set(there[1])
    assert local == there
    assert {"ok", "review", "unreadable"} == {row["status"] for row in there[0].values()}
    assert {reason.value for reason in Reason} - {row["reason"] for row in there[0].values()} == {
        "crashed_reader", "timed_out",
    }  # fmt: skip
    assert reasons(here) == reasons(place)
