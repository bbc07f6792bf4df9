"""The `predict` command: read pictures where they lie, and show what the network saw."""

import json
import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from watcher import bars
from watcher.colours import coloured
from watcher.config import Config
from watcher.drawing import canvas
from watcher.drawing.contact_sheet import ContactSheet, summary
from watcher.drawing.figure import draw_figure
from watcher.errors import UsageError
from watcher.recognition.decode import Limits
from watcher.recognition.formats import PICTURE_SUFFIXES
from watcher.recognition.model import InputConvention, load_model
from watcher.recognition.recogniser import Recogniser, Sight
from watcher.recognition.verdict import Status, percent
from watcher.rows import readable_name

MOST_DRAWN = 200


def predict_command(
    config: Config, paths: Sequence[Path], *, as_json: bool, figure: Path | None, model: Path | None,
    sheet: ContactSheet | None = None,
) -> None:  # fmt: skip
    """Read each picture and print what was read; of a folder also how many and how fast. sheet: gets all of them.

    Raises UsageError where a path is no file, ModelError where the model cannot be loaded.
    """
    files = list(_pictures(paths))
    if figure is not None:
        canvas.check_target(figure, "figure")
    limits = Limits(config.reading.max_pixels, config.reading.max_bytes)
    recogniser = _recogniser(config, model, limits)
    drawn: list[tuple[str, Sight]] = []
    statuses, began = Counter[Status](), time.monotonic()
    with bars.bar(len(files), "pictures", "read") as bar, bars.lines_above(bar, click.echo) as say:
        for file, shown in files:
            sight = recogniser.see(_bytes(file, limits))
            name = readable_name(os.fsencode(file))
            say(_as_json(name, sight) if as_json else _as_text(name, sight))
            statuses[sight.verdict.status] += 1
            if figure is not None and len(drawn) < MOST_DRAWN:
                drawn.append((readable_name(os.fsencode(file.name)), sight))
            if sheet is not None:
                sheet.add(readable_name(os.fsencode(shown)), sight)
            bar.update()
    seconds = time.monotonic() - began
    if any(path.is_dir() for path in paths):
        click.echo(f"{summary(statuses)}; {seconds:.1f} s, {len(files) / max(seconds, 1e-9):,.0f} a second", err=True)
    if figure is not None:
        draw_figure(figure, drawn)
        left_out = f"; the first {MOST_DRAWN} of {len(files)}, --sheet draws all" if len(files) > MOST_DRAWN else ""
        click.echo(f"figure: {figure}{left_out}", err=True)
    if sheet is not None:
        _say_where(sheet.draw())


def _recogniser(config: Config, model: Path | None, limits: Limits) -> Recogniser:
    convention = InputConvention.named(config.input.scale, config.input.shape)
    loaded = load_model(model or config.model_path, convention).accepting(config.reading.accepted_error)
    return Recogniser(loaded, limits)


def _say_where(pages: Sequence[Path]) -> None:
    more = f" to {pages[-1].name}, {len(pages):,} pages" if len(pages) > 1 else ""
    click.echo(f"sheet: {pages[0]}{more}", err=True)


def _pictures(paths: Sequence[Path]) -> Iterator[tuple[Path, Path]]:
    """Each file, and what it is called in the folder that was given."""
    for path in paths:
        if path.is_dir():
            found = sorted(p for p in path.rglob("*") if p.suffix.lower() in PICTURE_SUFFIXES and p.is_file())
            yield from ((file, file.relative_to(path)) for file in found)
        elif path.is_file():
            yield path, Path(path.name)
        else:
            what = "is neither a file nor a folder" if path.exists() else "is not there"
            raise UsageError(f"{path} {what}", hint="Give pictures or folders of pictures.")


def _bytes(file: Path, limits: Limits) -> bytes:
    try:
        with open(file, "rb") as opened:
            return opened.read(limits.max_bytes + 1)
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}", hint="Check its permissions.") from error


def _as_json(name: str, sight: Sight) -> str:
    return json.dumps({"file": name} | sight.verdict._asdict(), ensure_ascii=False)


def _as_text(name: str, sight: Sight) -> str:
    verdict = sight.verdict
    if verdict.prediction is None or verdict.confidence is None or verdict.second_confidence is None:
        return f"{name}: - {coloured(verdict.status)} ({verdict.reason}: {verdict.detail})"
    read = f"{name}: {verdict.prediction} {percent(verdict.confidence)}"
    if verdict.status is Status.OK:
        return read
    second = f"next {verdict.second_prediction} {percent(verdict.second_confidence)}"
    return f"{read} {coloured(verdict.status)} ({verdict.reason}: {verdict.detail}; {second})"
