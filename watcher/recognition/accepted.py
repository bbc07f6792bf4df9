"""Which threshold keeps to which share of mistakes among `ok`: what config's `accepted_error` chooses from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from watcher.errors import ModelError


@dataclass(frozen=True, slots=True)
class AcceptedError:
    """One point of the trade between mistakes and work, measured on validation pictures when the model was made.

    error: share of wrong ones among `ok`. ok: the threshold that keeps to it. share: of the digits that are then `ok`.
    All 0 to 1.
    """

    error: float
    ok: float
    share: float


def listed(entries: Iterable[Mapping[str, float]]) -> tuple[AcceptedError, ...]:
    """The points on a card. Raises ValueError where they make no sense, TypeError where a field is missing or odd."""
    points = tuple(AcceptedError(**entry) for entry in entries)
    for point in points:
        values = (point.error, point.ok, point.share)
        if not all(type(value) in (int, float) and 0 <= value <= 1 for value in values):
            raise ValueError(f"accepted_errors holds {values}, which are not all shares from 0 to 1")
    # Else the knob would turn backwards.
    if any(a.error >= b.error or a.ok < b.ok for a, b in pairwise(points)):
        raise ValueError("accepted_errors has to rise in `error`, and must not rise in `ok`")
    return points


def keeping_to(error: float, known: Sequence[AcceptedError], model: str) -> AcceptedError:
    """The point with the largest error that is not above `error`.

    Raises ModelError, with the name of the model, where it has no such point.
    """
    key = f"`reading.accepted_error` is {error:g}"
    if not known:
        raise ModelError(
            f"{key}, but {model} does not say which confidence keeps to which error",
            hint="Set it to null, or make a bundle with this version's `digit-train export`.",
        )
    if error < known[0].error:
        least = f"{known[0].error:g}"
        raise ModelError(
            f"{key}, but the least that {model} was measured to keep to is {least}",
            hint=f"Set it to {least} or more, or to null for the model's own threshold.",
        )
    return max((point for point in known if point.error <= error), key=lambda point: point.error)
