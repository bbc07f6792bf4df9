"""The commands that score: `evaluate`, `seeds`."""

import json
from pathlib import Path
from typing import Literal

import click

from train import recipe as recipes
from train.options import data_option, make_folder, suite_option
from train.pictures import chosen
from train.runtime import need_tensorflow
from watcher.errors import UsageError
from watcher.models import SHIPPED
from watcher.recognition.model import InputConvention, Scale, Shape, load_model
from watcher.recognition.recogniser import Recogniser

Part = Literal["tune", "report"]


@click.command()
@click.argument("model", type=click.Path(path_type=Path), default=SHIPPED)
@data_option
@click.option("--pictures", type=click.Path(path_type=Path), metavar="DIR", help="Labelled pictures, instead of MNIST.")
@click.option("--only", multiple=True, metavar="COLUMN=VALUE", help="Only such rows of labels.csv; repeatable.")
@click.option("--by", metavar="COLUMN", help="Figures also for each value of this column.")
@click.option(
    "--scale",
    type=click.Choice([scale.value for scale in Scale]),
    default="unit",
    show_default=True,
    help="How a Keras model was fed.",
)
@click.option(
    "--shape", type=click.Choice([shape.value for shape in Shape]), default="image", show_default=True, help="The same."
)
@suite_option
@click.option(
    "--part",
    type=click.Choice(["report", "tune"]),
    default="report",
    show_default=True,
    help="Of the suite: what figures are stated on, or what is for working on (held-out digits, other writers).",
)
@click.option("--ablate", is_flag=True, help="Of the suite: also with each step of the normaliser left out.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, not a table.")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Also scores.json and figures there.")
def evaluate(
    model: Path, data: str, pictures: Path | None, only: tuple[str, ...], by: str | None,
    scale: str, shape: str, suite: Path | None, part: Part, ablate: bool, as_json: bool, out: Path | None,
) -> None:  # fmt: skip
    """Score MODEL (default: the shipped bundle) through the whole path.

    MODEL is a bundle, a run's folder, or a Keras model.

    Every picture goes as bytes through decode, normalise, network and verdict, as in the watcher.
    """
    path = model / "model.keras" if (model / recipes.FILE).is_file() else model
    by_keras = path.suffix in (".keras", ".h5") or (path / "saved_model.pb").is_file()
    if by_keras or (data == "mnist" and pictures is None and suite is None):
        need_tensorflow()
    from train import evaluate as figures
    from train import mnist, readings

    recogniser = Recogniser(load_model(path, InputConvention.named(scale, shape)))
    if suite is not None:
        _evaluate_suite(recogniser, suite, part, ablate=ablate, as_json=as_json, out=out)
        return
    if pictures is None:
        if only or by:
            raise UsageError("--only and --by choose by columns of labels.csv", hint="add --pictures DIR")
        found = readings.of_digits(recogniser, mnist.load(data, "test"))
    else:
        found = readings.of_pictures(recogniser, chosen(pictures, only, by))
    scored = {"model": recogniser.model.name, **figures.evaluate(found, by)}
    text = json.dumps(scored, indent=2, ensure_ascii=False)
    click.echo(text if as_json else f"model           {recogniser.model.name}\n{figures.table(scored)}")
    if out is not None:
        make_folder(out, "--out")
        (out / "scores.json").write_text(text + "\n", encoding="utf-8")
        figures.draw(found, out)


def _evaluate_suite(
    recogniser: Recogniser, folder: Path, part: Part, *, ablate: bool, as_json: bool, out: Path | None
) -> None:
    from train import ablation, sets, suite

    found = sets.suite(folder, part)
    read = suite.read(recogniser, found)
    scored = {"model": recogniser.model.name, "part": part, **suite.score(found, read)}
    tables = [f"model {recogniser.model.name}, part {part}", suite.table(scored)]
    if ablate:
        scored["ablation"] = ablation.ablate(recogniser.model, found)
        tables.append(ablation.table(scored["ablation"]))
    text = json.dumps(scored, indent=2, ensure_ascii=False)
    click.echo(text if as_json else "\n\n".join(tables))
    if out is not None:
        make_folder(out, "--out")
        (out / "scores.json").write_text(text + "\n", encoding="utf-8")
        (out / "table.txt").write_text("\n\n".join(tables) + "\n", encoding="utf-8")
        suite.draw(found, read, out)


@click.command(short_help="Score bundles of one recipe and different seeds.")
@click.argument("bundles", type=click.Path(path_type=Path, exists=True, file_okay=False), nargs=-1, required=True)
@suite_option
def seeds(bundles: tuple[Path, ...], suite: Path | None) -> None:
    """Score BUNDLES of one recipe and different seeds on all sets; the first one's card keeps the figures."""
    from train import seeds, sets

    if suite is None:
        raise UsageError("seeds scores the bundles on all sets", hint="add --suite DIR")
    found = seeds.spread(bundles, sets.suite(suite, "report"))
    seeds.keep(bundles[0], found)
    click.echo(seeds.table(found))
