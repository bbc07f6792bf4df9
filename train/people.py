"""Labelled pictures that people gave: a part to train on, and a part to judge by that is never trained on."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from train.digits import Digits
from train.pictures import Labelled, as_digits, check_column, listed
from watcher import bars
from watcher.errors import UsageError
from watcher.recognition.model import NOT_A_DIGIT

HELD_OUT_SHARE = 0.3  # of the groups
LEAST = 20  # pictures in each part: fewer teach nothing and prove nothing
_COLUMNS = ("writer", "author")  # whose pictures stay together, where labels.csv has one of them
_HASHED = 8  # bytes of sha256 that place a group


@dataclass(frozen=True)
class People:
    """training: in the network's form, labels 0 to 9 and GARBAGE. held_out: the files to judge by.

    unread: pictures to train on that the normaliser cannot read. passed_over: files whose label is neither a digit nor
    `not_a_digit`, or whose bytes were given before.
    """

    training: Digits
    held_out: tuple[Labelled, ...]
    unread: int = 0
    passed_over: int = 0


def people(folders: Iterable[Path], by: str | None = None) -> People:
    """The labelled pictures of all folders, divided by group; `by`: the column that names the group.

    Without it `writer` or `author` does where labels.csv has one, else each picture is a group of its own. Raises
    UsageError where a folder cannot be used, one picture has two labels, or a part has fewer than LEAST pictures.
    """
    given = [(picture, group) for folder in folders for picture, group in _grouped(listed(folder), by)]
    known = _once([(picture, group) for picture, group in given if picture.is_digit or picture.label == NOT_A_DIGIT])
    held_out = tuple(picture for picture, group in known if is_held_out(group))
    rest = [picture for picture, group in known if not is_held_out(group)]
    _enough(len(rest), len(held_out))
    training, unread = as_digits(rest, garbage=True)
    return People(training, held_out, unread, len(given) - len(known))


def is_held_out(group: str) -> bool:
    """Whether the pictures of a group judge and never train: by its hash alone, so for good.

    What was trained on once does not come to judge later, however many pictures were added meanwhile.
    """
    place = int.from_bytes(hashlib.sha256(group.encode(errors="surrogateescape")).digest()[:_HASHED])
    return place < HELD_OUT_SHARE * (1 << 8 * _HASHED)


def _grouped(pictures: Sequence[Labelled], by: str | None) -> list[tuple[Labelled, str]]:
    if by is not None:
        check_column(pictures, by, "--by")
    column = by or next((name for name in _COLUMNS if name in pictures[0].columns), None)
    return [(picture, picture.columns[column] if column else "") for picture in pictures]


def _once(given: Sequence[tuple[Labelled, str]]) -> list[tuple[Labelled, str]]:
    """Each picture once, with its group; by the hash of its bytes where it has none."""
    seen: dict[str, Labelled] = {}
    kept = []
    for picture, group in bars.each(given, "pictures", "look at pictures"):
        sha256 = hashlib.sha256(picture.path.read_bytes()).hexdigest()
        first = seen.setdefault(sha256, picture)
        if first.label != picture.label:
            raise UsageError(
                f"{first.path} and {picture.path} are one picture, labelled {first.label} and {picture.label}",
                hint="correct one of the two labels, or remove the line of labels.csv",
            )
        if first is picture:
            kept.append((picture, group or sha256))
    return kept


def _enough(training: int, held_out: int) -> None:
    if min(training, held_out) < LEAST:
        raise UsageError(
            f"{training} pictures are left to train on and {held_out} to judge by: {LEAST} of each are needed",
            hint="give more labelled pictures, or from more writers; --by file holds out single pictures",
        )
