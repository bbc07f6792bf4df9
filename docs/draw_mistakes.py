"""Draws docs/mistakes.md's pictures: `python docs/draw_mistakes.py DIR`, the folder with `mnist/` and `unipen/`.

A person looked at each mistake and gave it a cause, in CAUSES; those without one are named at the end, with exit
code 1, and drawn to `to-sort.png`. Of both data sets the licence allows showing pictures.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import matplotlib.pyplot as plt

from train import sets
from watcher.models import SHIPPED
from watcher.recognition.model import load_model
from watcher.recognition.recogniser import Recogniser, Sight

FOLDER = Path(__file__).parent / "mistakes"
COLUMNS = 8
# Places in the set, from 0.
CAUSES: dict[str, dict[str, tuple[int, ...]]] = {
    "one-or-seven": {
        "unipen": (86, 144, 193, 209, 265, 294, 385, 402, 643, 691, 785, 936, 1057, 1102, 1208, 1243),
        "mnist": (1260, 4027, 6576, 2070, 4199),
    },
    "four-or-nine": {"mnist": (359, 1901, 2771, 4761, 1232, 2130, 2293, 2523)},
    "loops": {"mnist": (2454, 2654, 3422, 947, 9729, 4699), "unipen": (79,)},
    "two-or-seven": {"mnist": (4176, 4504), "unipen": (1259,)},
    "three": {"mnist": (4740, 1459)},
    "single": {"unipen": (592, 1033, 252, 366, 695)},
}
Mistake = tuple[str, Sight]  # title, and what was seen


def mistakes(folder: Path) -> Iterator[tuple[str, int, Mistake]]:
    """Set, place in it, and the mistake, for all of MNIST's test digits and UniPen's part `report`."""
    recogniser = Recogniser(load_model(SHIPPED))
    wanted = {"mnist t10k": "mnist", "unipen strokes": "unipen"}
    for one in sets.suite(folder, "report").sets:
        if one.name not in wanted:
            continue
        for place, (data, label, _) in enumerate(one.samples()):
            sight = recogniser.see(data)
            if sight.verdict.prediction != label:
                yield wanted[one.name], place, (_title(label, sight), sight)


def _title(label: str, sight: Sight) -> str:
    verdict = sight.verdict
    return f"{label} read as {verdict.prediction or 'nothing'}\n{verdict.status}"


def draw(found: Sequence[Mistake], path: Path) -> None:
    """Each mistake as the file shows it, and below it what the network saw."""
    lines = -(-len(found) // COLUMNS)
    figure, axes = plt.subplots(2 * lines, COLUMNS, figsize=(COLUMNS * 1.35, lines * 2.6), squeeze=False)
    for axis in axes.flat:
        axis.axis("off")
    for place, (title, sight) in enumerate(found):
        line, column = divmod(place, COLUMNS)
        above, below = axes[2 * line][column], axes[2 * line + 1][column]
        above.set_title(title, fontsize=7)
        above.imshow(sight.grey, cmap="gray", vmin=0, vmax=255)
        if sight.digit is not None:
            below.imshow(255 - sight.digit, cmap="gray", vmin=0, vmax=255)
    figure.tight_layout()
    figure.savefig(path, dpi=90, metadata={"Software": None})
    plt.close(figure)


def main(folder: Path) -> int:
    """Draw a picture for each cause."""
    FOLDER.mkdir(exist_ok=True)
    by_place = {(name, place): mistake for name, place, mistake in mistakes(folder)}
    for cause, places in CAUSES.items():
        known = [by_place.pop((name, place)) for name, all_of in places.items() for place in all_of]
        draw(known, FOLDER / f"{cause}.png")
    if not by_place:
        return 0
    draw(
        [(f"{name} {place}: {title}", sight) for (name, place), (title, sight) in by_place.items()],
        FOLDER / "to-sort.png",
    )
    print("without a cause:", *(f"{name} {place}" for name, place in by_place))  # noqa: T201
    return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
