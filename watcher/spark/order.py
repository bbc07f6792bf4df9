"""What a task is told, and what it gives back: plain values, as they cross machines."""

from dataclasses import dataclass
from typing import NamedTuple

from watcher.terms import Terms


@dataclass(frozen=True, slots=True)
class Order:
    """How pictures are to be read on executors; the same for a whole session.

    work: the folder of claimed pictures as executors see it. code, model: SHA-256 of what was shipped. code_name: the
    archive's.
    """

    work: str
    code: str
    code_name: str
    model: str
    terms: Terms


class Part(NamedTuple):
    """What one task reads. mark: of the inbox, that its storage must show; "" where nothing is to be read yet."""

    mark: str
    ids: list[str]
