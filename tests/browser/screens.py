"""Every page as a picture, for people to look at: `python -m tests.browser.screens FOLDER`."""

import tempfile
from contextlib import closing
from pathlib import Path

import click
from playwright.sync_api import Browser, sync_playwright

from docs.draw_review import DOUBTFUL, fill
from docs.draw_samples import FOLDER
from tests.browser.chromium import launched
from tests.browser.person import Person
from tests.browser.served import Served
from tests.browser.window import Window
from tests.end_to_end.place import Place
from tests.end_to_end.process import wait_for

SHOWN = {"wide": {}, "wide-dark": {"dark": True}, "phone": {"phone": True}, "phone-dark": {"phone": True, "dark": True}}


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
def main(folder: Path) -> None:
    """Write one picture a page, wide and narrow, light and dark."""
    with tempfile.TemporaryDirectory() as root, sync_playwright() as playwright:
        place = Place(Path(root) / "place")
        fill(place)
        daemon = place.start()
        wait_for(lambda: len(place.rows()) == len(DOUBTFUL) + len([*FOLDER.iterdir()]), "all rows")
        with closing(launched(playwright)) as browser:
            for name in SHOWN:
                with closing(Served(place.root)) as served:
                    look(browser, served, place, folder, name)
        daemon.end()


def look(browser: Browser, served: Served, place: Place, folder: Path, name: str) -> None:
    """All pages in one shape."""

    def keep(page: str) -> None:
        anna.page.wait_for_timeout(300)
        click.echo(anna.window.picture(folder / f"{page}-{name}.png"))

    anna = Person(Window(browser, **SHOWN[name]), served, name="")
    anna.the("#who[open]").wait_for()
    keep("who")
    anna.name = "Anna"
    anna.introduce()
    wait_for(lambda: anna.count("state") == "running", "counts")
    keep("queue")
    anna.presses("?")
    keep("help")
    anna.presses("Escape")
    row = next(row for row in place.rows() if row["file"] == "two-digits.png")
    ben = Person(Window(browser), served, "Ben")
    for person in (anna, ben):
        person.window.open(f"{served.origin}/results/{row['id']}")
    for label in ("4", "9"):
        ben.presses(label)
        ben.hears(f": {label}, saved")
    anna.presses("n")
    anna.the("#troubles button").first.wait_for()
    keep("conflict")
    anna.page.reload()
    anna.page.wait_for_timeout(200)
    keep("history")
    ben.presses("u")
    anna.window.open(f"{served.origin}/results")
    keep("results")
    anna.window.open(f"{served.origin}/results?since=someday")
    keep("problem")
    anna.window.open(f"{served.origin}/")
    anna.the("#row").wait_for()
    served.kill()
    anna.presses("3")
    anna.the("#troubles button").first.wait_for()
    keep("gone")
    for person in (anna, ben):
        person.window.context.close()


if __name__ == "__main__":
    main()
