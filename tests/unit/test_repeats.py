"""watcher.log.repeats: what repeats is written a few times, and counted from then on."""

import logging
from typing import Any

import pytest

from watcher.log.repeats import MOST, MOST_KINDS, WINDOW_SECONDS, Limited


class Kept(logging.Handler):
    """Keeps what reaches it."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []
        self.closed = False

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    def close(self) -> None:
        self.closed = True
        super().close()

    @property
    def said(self) -> list[str]:
        """All messages until now."""
        return [record.getMessage() for record in self.records]


class Office:
    """A logger with a limit, and a clock that stands."""

    def __init__(self) -> None:
        self.now, self.kept = 0.0, Kept()
        self.limited = Limited(self.kept, lambda: self.now)
        self.log = logging.Logger("watcher", logging.DEBUG)  # a lone one: pytest's handlers let no bug pass
        self.log.addHandler(self.limited)

    def repeat(self, times: int, level: int = logging.WARNING, **extra: Any) -> None:
        """The same template with a number, again and again."""
        for number in range(times):
            self.log.log(level, "%d.png cannot be read", number, extra=extra)


@pytest.fixture
def office() -> Office:
    return Office()


def test_a_few_are_written_and_the_others_counted_once_the_minute_is_over(office: Office) -> None:
    """A number with thousands, and the last one of them; nothing is said while the minute runs."""
    office.repeat(MOST + 1234)
    office.limited.tell()
    assert [f"{number}.png cannot be read" for number in range(MOST)] == office.kept.said
    office.now = WINDOW_SECONDS
    office.limited.tell()
    assert ["1,234 more like this one in the last minute: 1243.png cannot be read"] == office.kept.said[MOST:]
    assert (logging.WARNING, 1234) == (office.kept.records[-1].levelno, office.kept.records[-1].__dict__["REPEATED"])
    office.limited.tell()
    assert MOST + 1 == len(office.kept.said)


def test_any_message_brings_the_number_along(office: Office) -> None:
    """Also where nobody asks for it; it stands before what came later."""
    office.repeat(MOST + 2)
    office.now = WINDOW_SECONDS + 1
    office.log.info("another thing")
    assert ["2 more like this one in the last minute: 11.png cannot be read", "another thing"] == office.kept.said[
        MOST:
    ]


def test_a_single_one_that_was_held_back_is_written_itself(office: Office) -> None:
    """It takes no more room than its number would."""
    office.repeat(MOST + 1)
    office.limited.close()
    assert "10.png cannot be read" == office.kept.said[-1]


def test_the_first_of_a_kind_is_always_written(office: Office) -> None:
    """Another template, another level or another reason in the middle of a flood."""
    office.repeat(100)
    office.log.warning("another template")
    office.log.error("%d.png cannot be read", 100)
    office.log.warning("%d.png cannot be read", 101, extra={"REASON": "Permission denied"})
    assert ["another template", "100.png cannot be read", "101.png cannot be read"] == office.kept.said[MOST:]


def test_in_a_new_minute_a_few_are_written_again(office: Office) -> None:
    """A flood that lasts for hours shows some names a minute."""
    office.repeat(100)
    office.now = WINDOW_SECONDS
    office.repeat(100)
    assert 2 * MOST + 1 == len(office.kept.said)


def test_who_asks_for_debug_gets_all(office: Office) -> None:
    """It tells of each picture."""
    office.repeat(100, logging.DEBUG)
    assert 100 == len(office.kept.said)


def test_reasons_that_never_end_are_one_kind_at_last(office: Office) -> None:
    """Neither memory nor the log grows with them."""
    for number in range(2 * MOST_KINDS):
        office.log.warning("no", extra={"REASON": str(number)})
    assert MOST_KINDS + MOST == len(office.kept.said)


def test_the_end_tells_what_was_held_back(office: Office) -> None:
    """Nothing is dropped without a word; the handler behind is closed."""
    office.repeat(MOST + 5)
    office.limited.close()
    assert "5 more like this one in the last minute: 14.png cannot be read" == office.kept.said[-1]
    assert office.kept.closed


def test_the_last_error_is_remembered(office: Office) -> None:
    """Of level error, also where it was only counted; warnings are none."""
    office.repeat(MOST + 5, logging.ERROR)
    office.log.warning("a warning")
    assert office.limited.last_error is not None
    assert "14.png cannot be read" == office.limited.last_error.message


def test_a_message_that_cannot_be_made_ends_nothing(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    """A template with too few arguments is a bug of ours, and no reason to stop reading; nor for a traceback."""
    office.log.warning("%s and %s", "one")
    office.log.error("%d", "none")
    office.log.warning("fine")
    assert ["fine"] == [record.msg for record in office.kept.records if not record.args]
    assert ("", "") == tuple(capsys.readouterr())
