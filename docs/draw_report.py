"""Draws the picture in docs/report.md: `python -m docs.draw_report`, with a Chromium installed.

The pictures in it are drawn by this script, not taken from any data set, so that they may be shown.
"""

import tempfile
from pathlib import Path

import cv2
import numpy as np
from playwright.sync_api import sync_playwright

from docs import draw_samples
from docs.draw_samples import FOLDER, draw, on_paper, photographed
from tests.browser.chromium import launched
from tests.browser.window import Window
from tests.end_to_end.place import Place
from watcher.corrections.correcting import say
from watcher.options import settings

PICTURE = Path(__file__).with_name("report.png")
_NAMES = {"0": "ZERO", "2": "TWO", "3": "THREE", "4": "FOUR", "5": "FIVE", "7": "SEVEN", "8": "EIGHT", "9": "NINE"}
FIGURES = {digit: getattr(draw_samples, name) for digit, name in _NAMES.items()}
_BOX = (0.3, 0.2, 0.38, 0.6)
_STEADY, _SHAKY = 0.03, 0.12  # how far the hand goes astray, in shares of a digit


def fill(place: Place, count: int) -> None:
    """So many pictures by one hand, every tenth in a hurry; and those of the README."""
    random = np.random.default_rng(20260301)
    for number in range(count):
        digit = list(FIGURES)[number % len(FIGURES)]
        shake = _SHAKY if number % 10 == 9 else _STEADY
        drawn = [[tuple(np.add(at, random.normal(0, shake, 2))) for at in line] for line in FIGURES[digit]]
        paper = on_paper(draw((300, 280), drawn, _BOX, 8), (120, 50, 30), (214, 226, 232))
        data = cv2.imencode(".jpg", photographed(paper, number))[1].tobytes()
        place.drop(f"meter-{number:04}-{digit}.jpg", data)
    for path in sorted(FOLDER.iterdir()):
        place.drop(path.name, path.read_bytes())


def main() -> None:
    """Read them, answer some of what is doubtful, and look at the page."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        place = Place(Path(folder) / "meters")
        fill(place, 400)
        place.once()
        doubtful = [row for row in place.rows() if row["status"] == "review" and row["file"].startswith("meter")]
        config = settings(place.config_file, None, None)
        say(config, [(row["id"], row["file"][-5]) for row in doubtful[:-3]], by="Ann")
        place.command("report")
        window = Window(launched(playwright), viewport={"width": 1200, "height": 1640}, device_scale_factor=0.8)
        window.origin = "file://"
        window.page.goto((place.root / "report.html").as_uri())
        window.page.evaluate("document.querySelectorAll('.about dd').forEach(one => one.textContent ="
                             " one.textContent.replace(/.*[/](inbox|outbox)/, '/srv/meters/$1'))")  # fmt: skip
        window.picture(PICTURE)
        window.close()


if __name__ == "__main__":
    main()
