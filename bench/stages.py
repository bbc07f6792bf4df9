"""`python -m bench.stages`: what one picture costs at each step of reading, on one core."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import cv2

from bench.command import out_option, spelled
from bench.folders import drawn
from bench.pictures import KINDS
from bench.results import Figure, Results
from watcher.bars import each
from watcher.models import SHIPPED
from watcher.recognition.decode import decode
from watcher.recognition.model import load_model
from watcher.recognition.normalise import normalise
from watcher.recognition.recogniser import Recogniser
from watcher.recognition.second_look import SecondLook


@click.command()
@click.option("--pictures", default=300, show_default=True, help="Of each kind, at most.")
@click.option("--rounds", default=9, show_default=True)
@out_option
def main(pictures: int, rounds: int, out: Path | None) -> None:
    """Microseconds a picture: decoding, the normaliser, the network without and with the second look, all."""
    cv2.setNumThreads(1)
    model = load_model(SHIPPED)
    once, recogniser = replace(model, second_look=SecondLook()), Recogniser(model)
    results = Results(spelled())
    click.echo(results.heading())
    for kind in KINDS.values():
        files = drawn(kind.draw, min(pictures, kind.distinct))
        greys = [decode(data) for data in files]
        digits = [normalise(grey).digit[None] for grey in greys]
        click.echo(f"\n{kind.title:<36}{'µs':>8}  lowest–highest")
        steps: dict[str, tuple[Callable[[Any], Iterator[Any]], Sequence[Any]]] = {
            "decode": (_each(decode), files), "normalise": (_each(normalise), greys),
            "network, one look": (_each(once.logits), digits),
            "network, with the second look": (_each(model.logits), digits),
            "all of reading, one by one": (_each(recogniser.read), files),
            "all of reading, as a reader has them": (recogniser.read_all, files),
        }  # fmt: skip
        for step, (do, given) in steps.items():
            found = Figure(
                f"{kind.title}: {step}",
                "µs",
                tuple(microseconds(do, given) for _ in each(range(rounds), "rounds", step)),
            )
            results.figures.append(found)
            click.echo(f"{step:<36}{found.median:>8.0f}  {min(found.values):.0f}–{max(found.values):.0f}")
    if out is not None:
        results.save(out)


def _each(do: Callable[[Any], Any]) -> Callable[[Sequence[Any]], Iterator[Any]]:
    return lambda given: map(do, given)


def microseconds(do: Callable[[Sequence[Any]], Iterator[Any]], given: Sequence[Any]) -> float:
    """How long doing it took for each of these."""
    began = time.perf_counter()
    for _ in do(given):
        pass
    return 1e6 * (time.perf_counter() - began) / len(given)


if __name__ == "__main__":
    main()
