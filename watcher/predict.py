"""The `predict` command: read pictures where they lie, and show what the network saw."""

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from watcher.colours import coloured
from watcher.config import Config
from watcher.errors import UsageError
from watcher.recognition.decode import Limits
from watcher.recognition.formats import PICTURE_SUFFIXES
from watcher.recognition.model import InputConvention, load_model
from watcher.recognition.recogniser import Recogniser, Sight
from watcher.recognition.verdict import Status, percent
from watcher.rows import readable_name

MOST_DRAWN = 200


def predict_command(
    config: Config, paths: Sequence[Path], *, as_json: bool, figure: Path | None, model: Path | None
) -> None:
    """Read each picture and print what was read.

    Raises UsageError where a path is no file, ModelError where the model cannot be loaded.
    """
    files = list(_pictures(paths))
    convention = InputConvention.named(config.input.scale, config.input.shape)
    limits = Limits(config.reading.max_pixels, config.reading.max_bytes)
    loaded = load_model(model or config.model_path, convention).accepting(config.reading.accepted_error)
    recogniser = Recogniser(loaded, limits)
    drawn: list[tuple[str, Sight]] = []
    for file in files:
        sight = recogniser.see(_bytes(file, limits))
        name = readable_name(os.fsencode(file))
        click.echo(_as_json(name, sight) if as_json else _as_text(name, sight))
        if figure is not None and len(drawn) < MOST_DRAWN:
            drawn.append((readable_name(os.fsencode(file.name)), sight))
    if figure is not None:
        from watcher.figure import draw_figure

        draw_figure(figure, drawn)
        left_out = f"; the first {MOST_DRAWN} of {len(files)}" if len(files) > MOST_DRAWN else ""
        click.echo(f"figure: {figure}{left_out}", err=True)


def _pictures(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.suffix.lower() in PICTURE_SUFFIXES and p.is_file())
        elif path.is_file():
            yield path
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
