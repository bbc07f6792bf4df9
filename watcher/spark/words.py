"""What the Spark driver says to the daemon, one line of JSON each: about itself, its jobs, and pictures.

What executors say of pictures is passed on as it is, and checked here word by word, like what readers say.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from watcher.answers import Seen, Text, Unread, outcome_of
from watcher.engine import Outcome, Trouble
from watcher.errors import ConfigError, DigitWatcherError, ModelError, SurroundingsError

Count = Annotated[int, Field(ge=0)]
_LONGEST = 10_000
Words = Annotated[str, Field(max_length=_LONGEST)]
Lost = tuple[Text, Trouble, Text]  # id, what happened to the reader, message


class _Said(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Ready(_Said):
    """A session is open, and executors can read. differing: libraries whose versions are not those here."""

    ready: Annotated[Text, Field(min_length=1)]  # the model's name
    misread: Annotated[str, Field(pattern=r"\A[0-9]{0,10}\z")]
    slots: Count
    executors: Count
    differing: Text


class State(_Said):
    """Every few seconds: how many tasks run at the same time, on how many executors."""

    slots: Count
    executors: Count


class Done(_Said):
    """A job has ended: all that its executors had to say came before this."""

    done: int


class Died(_Said):
    """A job has ended with a failure, of which nothing came."""

    died: int
    why: Words


class Away(_Said):
    """An executor could not read these, for a reason that is not theirs: the storage, or something of its own."""

    away: list[Text]
    host: Text
    why: Words
    storage: bool = True


class Ended(_Said):
    """Spark has ended the session: why, as far as it says so."""

    ended: Words


class Refused(_Said):
    """No session can be opened, or an executor cannot read: the error's class, what it says, and what to do."""

    refused: str
    error: Words
    hint: Words

    def as_error(self) -> DigitWatcherError:
        """The error that was met there."""
        kinds = {kind.__name__: kind for kind in (ConfigError, ModelError)}
        return kinds.get(self.refused, SurroundingsError)(self.error, hint=self.hint)


Word = Ready | State | Done | Died | Away | Ended | Refused
_WORDS: TypeAdapter[Word] = TypeAdapter(Word)
_ANSWERS: TypeAdapter[list[Seen | Unread | Lost]] = TypeAdapter(
    list[Annotated[Seen | Unread | Lost, Field(union_mode="left_to_right")]],
    config=ConfigDict(strict=True, allow_inf_nan=False),
)


def in_words(text: str) -> str:
    """What can be said of any text: not too much, and bytes of a path that are no UTF-8 as in Python's literals."""
    return text.encode(errors="backslashreplace").decode()[:_LONGEST]


def read_word(line: bytes) -> Word | list[Outcome]:
    """What a line says; of pictures, as outcomes. Raises ValueError where that is nonsense."""
    if line.startswith(b"["):
        return [
            _lost(*said) if isinstance(said[1], Trouble) else outcome_of(said) for said in _ANSWERS.validate_json(line)
        ]
    return _WORDS.validate_json(line)


def _lost(id_: str, trouble: Trouble, message: str) -> Outcome:
    if trouble is Trouble.UNREAD:
        raise ValueError("no number of the system's error")
    return Outcome(id_, trouble=trouble, message=message)


def said(outcome: Outcome) -> Seen | Unread | Lost:
    """What an executor says of a picture. Device and inode mean something on one machine only."""
    if outcome.trouble is Trouble.UNREAD:
        return outcome.id, outcome.errno, outcome.message
    if outcome.trouble or not (v := outcome.verdict) or not (found := outcome.identity):
        return outcome.id, outcome.trouble or Trouble.CRASHED, outcome.message
    identity = (0, 0, found.size, found.mtime_ns)
    return outcome.id, v.status, v.reason, v.sha256, v.scores, v.width, v.height, v.detail, identity
