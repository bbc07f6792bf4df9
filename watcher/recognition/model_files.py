"""The files of a model, read once and held as bytes: what loads it later needs no disk."""

import json
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Self

from watcher.errors import ModelError

CARD_NAME = "model.json"
KERAS_SUFFIXES = (".keras", ".h5", ".hdf5")


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """path: where they were read, for names and messages. files: their bytes, by path beneath it ("" is itself)."""

    path: Path
    files: dict[str, bytes]

    def packed(self) -> bytes:
        """All in one piece: a line of JSON with the path, names and sizes, then the bytes."""
        sizes = {name: len(content) for name, content in self.files.items()}
        return b"\n".join((json.dumps([str(self.path), sizes]).encode(), b"".join(self.files.values())))

    @classmethod
    def unpacked(cls, data: bytes) -> Self:
        """What `packed` gave."""
        head, _, rest = data.partition(b"\n")
        path, sizes = json.loads(head)
        ends = list(accumulate(sizes.values(), initial=0))
        parts = (rest[start:end] for start, end in pairwise(ends))
        return cls(Path(path), dict(zip(sizes, parts, strict=True)))


def read_model_files(path: Path) -> ModelFiles:
    """Read a bundle folder, a .keras or .h5 file, or a SavedModel folder.

    Raises ModelError where there is none, or it cannot be read. Whether it is sound, loading tells.
    """
    try:
        if (path / CARD_NAME).is_file():
            return ModelFiles(path, _bundle(path))
        if path.suffix in KERAS_SUFFIXES and path.is_file():
            return ModelFiles(path, {"": path.read_bytes()})
        if (path / "saved_model.pb").is_file():
            found = [file for file in sorted(path.rglob("*")) if file.is_file()]
            return ModelFiles(path, {str(file.relative_to(path)): file.read_bytes() for file in found})
    except OSError as error:
        raise ModelError(f"cannot read the model: {error}", hint="Restore the file from where it came.") from error
    if not path.exists():
        raise ModelError(f"no model at {path}", hint="Set `model` in config.yaml to a bundle folder or a Keras file.")
    raise ModelError(
        f"{path} is not a model: it has no {CARD_NAME} and is no .keras, .h5 or SavedModel",
        hint="Make a bundle with `digit-train export`, or name a Keras file.",
    )


def _bundle(folder: Path) -> dict[str, bytes]:
    files = {CARD_NAME: (folder / CARD_NAME).read_bytes()}
    try:
        name = Path(json.loads(files[CARD_NAME])["weights"]).name
    except (ValueError, TypeError, LookupError, RecursionError):
        return files  # the card is broken: loading it says how
    try:
        files[name] = (folder / name).read_bytes()
    except (OSError, ValueError) as error:  # ValueError: no file can have such a name
        raise ModelError(f"cannot read the weights: {error}", hint="Restore the file from where it came.") from error
    return files
