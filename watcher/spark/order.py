"""What a task is told, and what it gives back: plain values, as they cross machines."""

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Order:
    """How pictures are to be read on executors; the same for a whole session.

    work: the folder of claimed pictures as executors see it. code, model: SHA-256 of what was shipped. code_name: the
    archive's. The others are those of `ReaderSettings`.
    """

    work: str
    code: str
    code_name: str
    model: str
    scale: str
    shape: str
    max_pixels: int
    max_bytes: int
    seconds_per_picture: float
    accepted_error: float | None


class Part(NamedTuple):
    """What one task reads. mark: of the inbox, that its storage must show; "" where nothing is to be read yet."""

    mark: str
    ids: list[str]
