"""What a reader may say: checked word by word, as a picture may have taken it over.

A reader that says anything else counts as crashed. What it says in due form is believed of its own pictures.
"""

from operator import attrgetter
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from watcher.engine import Outcome, Trouble
from watcher.recognition.verdict import Reason, Status, Verdict
from watcher.records import Identity


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("control characters")
    return text


Text = Annotated[str, Field(max_length=500), AfterValidator(_printable)]
Share = Annotated[float, Field(ge=0, le=1)]
Digit = Literal["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]
Pixels = Annotated[int, Field(ge=1, lt=1 << 32)]
Whole = Annotated[int, Field(ge=0, lt=1 << 64)]

_FIELDS = attrgetter(*Verdict.__slots__)
_REVIEW = {Reason.LOW_CONFIDENCE, Reason.NOT_A_DIGIT, Reason.SEVERAL_DIGITS}
_UNREADABLE = set(Reason) - {Reason.LOW_CONFIDENCE, Reason.SEVERAL_DIGITS, Reason.CRASHED_READER, Reason.TIMED_OUT}
_REASONS: dict[Status, set[Reason] | set[None]] = {
    Status.OK: {None}, Status.REVIEW: _REVIEW, Status.UNREADABLE: _UNREADABLE,
}  # fmt: skip


class _Said(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False, frozen=True)


class _Verdict(_Said):
    status: Status
    sha256: Annotated[str, Field(pattern=r"\A([0-9a-f]{64})?\z")]
    reason: Reason | None
    prediction: Digit | None
    confidence: Share | None
    second_prediction: Digit | None
    second_confidence: Share | None
    scores: Annotated[tuple[Share, ...], Field(max_length=10)]
    width: Pixels | None
    height: Pixels | None
    detail: Text

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.reason not in _REASONS[self.status]:
            raise ValueError("not a reason of that status")
        if not self.sha256 and self.reason is not Reason.TOO_LARGE:
            raise ValueError("no hash")
        if self.scores and (len(self.scores) != 10 or abs(sum(self.scores) - 1) > 1e-6):
            raise ValueError("no ten scores that sum to 1")
        if self._names != ((None,) * 4 if self.status is Status.UNREADABLE else self._best):
            raise ValueError("not the answer of these scores")
        return self

    @property
    def _names(self) -> tuple[str | float | None, ...]:
        return self.prediction, self.confidence, self.second_prediction, self.second_confidence

    @property
    def _best(self) -> tuple[str | float | None, ...]:
        if not self.scores:
            raise ValueError("no scores")
        *_, second, first = sorted(self.scores)
        at = self.scores.index(first)
        return str(at), first, str(self.scores.index(second, at + 1 if first == second else 0)), second


class _Seen(_Said):
    id: Text
    verdict: _Verdict
    identity: tuple[Whole, Whole, Whole, int]

    def outcome(self) -> Outcome:
        return Outcome(self.id, Verdict(*_FIELDS(self.verdict)), Identity.of_numbers(*self.identity))


class _Unread(_Said):
    id: Text
    errno: Annotated[int, Field(ge=1, lt=4096)]
    message: Text

    def outcome(self) -> Outcome:
        return Outcome(self.id, trouble=Trouble.UNREAD, message=self.message, errno=self.errno)


class _Ready(_Said):
    ready: Annotated[Text, Field(min_length=1)]


class Refused(_Said):
    """The model cannot be loaded."""

    error: Annotated[str, Field(max_length=10_000)]
    hint: Annotated[str, Field(max_length=10_000)]


_ANSWERS: TypeAdapter[list[_Seen | _Unread]] = TypeAdapter(
    Annotated[list[Annotated[_Seen | _Unread, Field(union_mode="left_to_right")]], Field(min_length=1)]
)
_GREETING: TypeAdapter[_Ready | Refused] = TypeAdapter(_Ready | Refused)


def read_answers(line: bytes) -> list[Outcome]:
    """What a reader says of pictures. Raises ValueError where that is nonsense."""
    return [said.outcome() for said in _ANSWERS.validate_json(line)]


def read_greeting(line: bytes) -> str | Refused:
    """The first thing a reader says: the model's name, or why there is none. Raises ValueError."""
    said = _GREETING.validate_json(line)
    return said if isinstance(said, Refused) else said.ready
