"""Draws the review page's picture in README and docs/review.md: `python -m docs.draw_review`; needs a Chromium.

The pictures in it are drawn by this script, not taken from any data set, so that they may be shown.
"""

import tempfile
from contextlib import closing
from pathlib import Path

import click
import cv2
from playwright.sync_api import sync_playwright

from docs.draw_samples import FOLDER, Points, draw, on_paper, photographed
from tests.browser.chromium import launched
from tests.browser.person import Person
from tests.browser.served import Served
from tests.browser.window import Window
from tests.end_to_end.place import Place
from tests.end_to_end.process import wait_for

PICTURE = Path(__file__).with_name("review.png")
_INK, _PAPER = (120, 50, 30), (214, 226, 232)  # BGR
_ALL_DRAWN = """Promise.all([...document.images].filter(one => one.checkVisibility()).map(one => one.decode()))
    .then(all => all.length > 1, () => false)"""
_BOX = (0.3, 0.2, 0.38, 0.6)

# Pen strokes as in draw_samples, of which the network is not sure.
DOUBTFUL: dict[str, list[Points]] = {
    "meter-0412.jpg": [
        [(0.43, 0.06), (0.48, 0.3), (0.32, 0.42), (0.55, 0.38), (0.84, 0.62), (0.62, 0.95), (0.14, 0.9)],
        [(0.43, 0.06), (0.7, 0.08)],
    ],
    "meter-0413.jpg": [
        [(0.36, 0.03), (0.22, 0.3), (0.25, 0.47), (0.5, 0.47), (0.69, 0.38)],
        [(0.63, 0.09), (0.72, 0.4), (0.68, 0.98)],
    ],
    "meter-0414.jpg": [[(0.1, 0.25), (0.45, 0.12), (0.7, 0.02)], [(0.7, 0.02), (0.6, 0.5), (0.52, 0.98)]],
    "meter-0415.jpg": [
        [(0.15, 0.2), (0.5, 0.05), (0.8, 0.15), (0.6, 0.5), (0.4, 0.85), (0.36, 0.94)],
        [(0.36, 0.94), (0.56, 0.93), (0.72, 0.95)],
    ],
    "meter-0416.jpg": [
        [(0.62, 0.02), (0.25, 0.25), (0.15, 0.62), (0.35, 0.95), (0.7, 0.88), (0.8, 0.49), (0.62, 0.27), (0.3, 0.3)]
    ],
}


def fill(place: Place) -> None:
    """Doubtful pictures, and those of the README."""
    for name, figure in DOUBTFUL.items():
        paper = on_paper(draw((600, 560), figure, _BOX, 11), _INK, _PAPER)
        place.drop(name, cv2.imencode(".jpg", photographed(paper, 3))[1].tobytes())
    for path in sorted(FOLDER.iterdir()):
        place.drop(path.name, path.read_bytes())


def main() -> None:
    """Read the pictures, open the page, and look at it."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        place = Place(Path(folder) / "place")
        fill(place)
        daemon = place.start()
        wait_for(lambda: len(place.rows()) == len(DOUBTFUL) + len([*FOLDER.iterdir()]), "all rows")
        with closing(Served(place.root)) as served, closing(launched(playwright)) as browser:
            anna = Person(Window(browser, viewport={"width": 1180, "height": 680}), served)
            anna.sees(next(iter(DOUBTFUL)))
            wait_for(lambda: anna.count("state") == "running", "counts")
            wait_for(lambda: anna.page.evaluate(_ALL_DRAWN), "all pictures")
            anna.window.picture(PICTURE)
        daemon.end()
    click.echo(f"{PICTURE}: {PICTURE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
