"""`python -m bench.reviewer`: a reviewer's minute, by a script that looks at the page in a real Chromium."""

import threading
import time
from contextlib import closing
from pathlib import Path

import click
from playwright.sync_api import Page, sync_playwright

from bench.command import out_option, spelled
from bench.daemon import running
from bench.folders import workplace
from bench.new_rows import NewRows
from bench.results import Figure, Results
from bench.table import Table
from tests.browser.chromium import launched
from tests.browser.pictures import doubtful
from tests.browser.served import Served

_POLL = 0.0005  # seconds between two looks at corrections.csv
_MINUTE = 60.0
# When a key went down, and when the picture of the next row was drawn: milliseconds of the page's clock.
_WATCH = """() => {
    const now = () => performance.timeOrigin + performance.now();
    window.keys = [];
    addEventListener("keydown", () => keys.push(now()), true);
    window.nextShown = async (before) => {
        const picture = document.getElementById("picture");
        for (;;) {
            const file = document.getElementById("row").hidden ? before : document.getElementById("file").textContent;
            if (file !== before && picture.complete && picture.naturalWidth) {
                await picture.decode();
                await new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)));
                return [file, now()];
            }
            await new Promise((frame) => setTimeout(frame, 1));
        }
    };
}"""


@click.command()
@click.option("--pictures", default=200, show_default=True, help="That wait for a person, for each pause.")
@click.option("--think", "thoughts", type=float, multiple=True, default=(0.0, 0.6), show_default=True,
              help="Seconds that a person looks at a picture before the key; repeatable.")  # fmt: skip
@out_option
def main(pictures: int, thoughts: tuple[float, ...], out: Path | None) -> None:
    """Answer pictures one by one, each as soon as it is shown and thought of."""
    results = Results(spelled())
    table = Table(results)
    for think in thoughts:
        table.add(*_session(pictures, think))
    if out is not None:
        results.save(out)


def _session(count: int, think: float) -> list[Figure]:
    with workplace() as root, running(root):
        _fill(root, count)
        with closing(Served(root)) as served, sync_playwright() as playwright, closing(launched(playwright)) as browser:
            page = browser.new_page()
            page.goto(served.address)
            page.fill("#who-name", "bench")
            page.keyboard.press("Enter")
            page.locator("#who").wait_for(state="hidden")
            return _answer_all(page, root / "outbox" / "corrections.csv", count, think)


def _fill(root: Path, count: int) -> None:
    """Have the daemon read so many pictures that need a person, no two of a hundred alike."""
    new, seen = NewRows(root / "outbox" / "results.csv"), dict[str, float]()
    for number in range(count):
        (root / "inbox" / f"{number:07d}.png").write_bytes(doubtful(number))
    new.follow(seen, lambda: len(seen) >= count, _POLL)


def _answer_all(page: Page, corrections: Path, count: int, think: float) -> list[Figure]:
    new, written = NewRows(corrections), dict[str, float]()
    following = threading.Thread(target=new.follow, args=(written, lambda: len(written) >= count, _POLL), daemon=True)
    following.start()
    page.evaluate(_WATCH)
    file, began = page.evaluate("nextShown('')")
    files, shown = [file], []
    for number in range(count):
        time.sleep(think)
        page.keyboard.press(str(number % 10))
        if number < count - 1:
            file, at = page.evaluate("before => nextShown(before)", file)
            files.append(file)
            shown.append(at)
    following.join()
    keys, offset = page.evaluate("keys"), time.time() - time.perf_counter()
    waits = tuple(at - key for key, at in zip(keys, shown, strict=False))  # the last key shows no picture
    rows = tuple((written[file] + offset) * 1000 - key for file, key in zip(files, keys, strict=True))
    rate = count / (keys[-1] - began) * 1000 * _MINUTE
    thought = f"{think:g} s of thought: "
    return [
        Figure(f"{thought}rows a minute", "rows", (rate,), "more"),
        Figure(f"{thought}key to next picture shown", "ms", waits),
        Figure(f"{thought}key to row in corrections.csv", "ms", rows),
    ]


if __name__ == "__main__":
    main()
