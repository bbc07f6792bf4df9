"""What a reader may say: checked word by word, as a picture may have taken it over.

A reader that says anything else counts as crashed. What it says in due form is believed of its own pictures.
"""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter

from watcher.engine import Outcome, Trouble
from watcher.recognition.verdict import SCORE_PLACES, Reason, Status, Verdict
from watcher.records import Identity


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("control characters")
    return text


Text = Annotated[str, Field(max_length=500), AfterValidator(_printable)]
Share = Annotated[float, Field(ge=0, le=1)]
Pixels = Annotated[int, Field(ge=1, lt=1 << 32)]
Whole = Annotated[int, Field(ge=0, lt=1 << 64)]
_ROUNDING = 10 * 10.0**-SCORE_PLACES  # by how much ten rounded scores may miss 1, and then some

_REVIEW = {Reason.LOW_CONFIDENCE, Reason.NOT_A_DIGIT, Reason.SEVERAL_DIGITS}
_UNREADABLE = set(Reason) - {Reason.LOW_CONFIDENCE, Reason.SEVERAL_DIGITS, Reason.CRASHED_READER, Reason.TIMED_OUT}
_REASONS: dict[Status, set[Reason] | set[None]] = {
    Status.OK: {None}, Status.REVIEW: _REVIEW, Status.UNREADABLE: _UNREADABLE,
}  # fmt: skip


_STRICT = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)

# One picture: positions in place of names, as most of what readers say is said thousands of times a second.
# id, status, reason, sha256, scores, width, height, detail, the file's identity after reading.
Seen = tuple[
    Text,
    Status,
    Reason | None,
    Annotated[str, Field(pattern=r"\A([0-9a-f]{64})?\z")],
    Annotated[tuple[Share, ...], Field(max_length=10)],
    Pixels | None,
    Pixels | None,
    Text,
    tuple[Whole, Whole, Whole, int],
]
Unread = tuple[Text, Annotated[int, Field(ge=1, lt=4096)], Text]  # id, errno, message


class _Said(BaseModel):
    model_config = _STRICT


class Ready(_Said):
    """The model's name, and the specimens that it misreads, as digits."""

    ready: Annotated[Text, Field(min_length=1)]
    misread: Annotated[str, Field(pattern=r"\A[0-9]{0,10}\z")]


class Refused(_Said):
    """The model cannot be loaded."""

    error: Annotated[str, Field(max_length=10_000)]
    hint: Annotated[str, Field(max_length=10_000)]


_ANSWERS: TypeAdapter[list[Seen | Unread]] = TypeAdapter(
    Annotated[list[Annotated[Seen | Unread, Field(union_mode="left_to_right")]], Field(min_length=1)], config=_STRICT
)
_GREETING: TypeAdapter[Ready | Refused] = TypeAdapter(Ready | Refused)


def read_answers(line: bytes) -> list[Outcome]:
    """What a reader says of pictures. Raises ValueError where that is nonsense."""
    return [outcome_of(said) for said in _ANSWERS.validate_json(line)]


def outcome_of(said: Seen | Unread) -> Outcome:
    """What is said of one picture, as an outcome. Raises ValueError where it does not fit together."""
    return _unread(*said) if len(said) == 3 else _seen(*said)


def _seen(
    id_: str, status: Status, reason: Reason | None, sha256: str, scores: tuple[float, ...],
    width: int | None, height: int | None, detail: str, identity: tuple[int, int, int, int],
) -> Outcome:  # fmt: skip
    if reason not in _REASONS[status]:
        raise ValueError("not a reason of that status")
    if not sha256 and reason is not Reason.TOO_LARGE:
        raise ValueError("no hash")
    if (scores or status is not Status.UNREADABLE) and (len(scores) != 10 or abs(sum(scores) - 1) > _ROUNDING):
        raise ValueError("no ten scores that sum to 1")
    verdict = Verdict.of(status, reason, sha256, scores, width, height, detail)
    return Outcome(id_, verdict, Identity.of_numbers(*identity))


def _unread(id_: str, number: int, message: str) -> Outcome:
    return Outcome(id_, trouble=Trouble.UNREAD, message=message, errno=number)


def read_greeting(line: bytes) -> Ready | Refused:
    """The first thing a reader says. Raises ValueError."""
    return _GREETING.validate_json(line)
