"""The queue by its keys: each says what it is to say, once, and ledger and files have it."""

import pytest

from tests.browser.conftest import Serve, drop_doubtful
from tests.browser.person import Person
from tests.browser.window import Window
from tests.browser.words import assert_spoken, spoken
from tests.end_to_end.place import Place
from tests.end_to_end.process import wait_for

MILLISECONDS_BETWEEN_KEYS = 30  # as fast as a person types
MANY = 20


def test_each_key_says_its_label(place: Place, window: Window, serve: Serve) -> None:
    """0 to 9, n for no digit, Enter for what was read; the oldest picture first, and at the end nothing is left."""
    place.start()
    keys = [*"0123456789", "n", "Enter"]
    files = drop_doubtful(place, len(keys))
    read = {row["file"]: row["prediction"] for row in place.rows()}
    anna = Person(window, serve())
    for file, key in zip(files, keys, strict=True):
        anna.sees(file)
        anna.presses(key)
    anna.finds_nothing_left()
    labels = [*"0123456789", "not_a_digit", read[files[-1]]]
    assert_spoken(place, [(file, label, "Anna") for file, label in zip(files, labels, strict=True)])


def test_undo_takes_back_the_last_then_the_one_before(place: Place, waiting: list[str], anna: Person) -> None:
    """Each is another correction; the page goes back to the picture, which waits again."""
    first, second, third, *_ = waiting
    assert anna.answers("3") == first
    assert anna.answers("4") == second
    anna.sees(third)
    assert_spoken(place, [(first, "3", "Anna"), (second, "4", "Anna")])  # what is not saved yet leaves no word behind
    anna.presses("u")
    anna.sees(second)
    anna.presses("u")
    anna.sees(first)
    wait_for(lambda: anna.count("open") == "5", "five that wait")
    anna.answers("8")
    said = [(first, "3"), (second, "4"), (second, ""), (first, ""), (first, "8")]
    assert_spoken(place, [(file, label, "Anna") for file, label in said])


def test_a_key_right_after_an_undo_means_what_it_brings_back(place: Place, waiting: list[str], anna: Person) -> None:
    """A slip mended at full speed: 3, u, 8 is one picture's 8."""
    first, second, *_ = waiting
    anna.sees(first)
    anna.presses("3", "u", "8")
    anna.sees(second)
    wait_for(lambda: spoken(place)[-1:] == [(first, "8", "Anna")], f"the 8: {spoken(place)} {anna.file}", 5)
    assert {word.file for word in spoken(place)} == {first}  # the 3 may have been taken back before it was saved


def test_with_nothing_to_undo_it_says_so(place: Place, waiting: list[str], anna: Person) -> None:
    """And does nothing."""
    anna.sees(waiting[0])
    anna.presses("u")
    anna.hears("othing")
    anna.sees(waiting[0])
    assert_spoken(place, [])


def test_a_word_is_changed_by_another_one_after_going_back(place: Place, waiting: list[str], anna: Person) -> None:
    """← shows what was settled, as it stands now; another key says another thing."""
    anna.answers("3")
    anna.sees(waiting[1])
    anna.presses("ArrowLeft")
    anna.sees(waiting[0])
    anna.presses("5")
    assert_spoken(place, [(waiting[0], "3", "Anna"), (waiting[0], "5", "Anna")])


@pytest.mark.parametrize("key", ["Space", "ArrowRight"])
def test_what_is_skipped_comes_again_at_the_end(key: str, place: Place, waiting: list[str], anna: Person) -> None:
    """Nothing is said of it; ← goes back to it at once."""
    anna.sees(waiting[0])
    anna.presses(key)
    anna.sees(waiting[1])
    anna.presses("ArrowLeft")
    anna.sees(waiting[0])
    anna.presses(key)
    for file in waiting[1:]:
        anna.sees(file)
        anna.presses("1")
    anna.sees(waiting[0])
    assert_spoken(place, [(file, "1", "Anna") for file in waiting[1:]])


def test_slash_searches_and_question_mark_helps(place: Place, waiting: list[str], anna: Person) -> None:
    """The help names every key, and keys mean nothing behind it; the search is where letters go."""
    anna.sees(waiting[0])
    anna.presses("?")
    anna.the("#help[open]").wait_for()
    named = " ".join(anna.window.texts("#help kbd"))
    assert all(key in named for key in ("0", "9", "Enter", "n", "u", "Space", "→", "←", "/", "?"))
    anna.presses("7")
    anna.presses("Escape")
    anna.the("#help").wait_for(state="hidden")
    anna.sees(waiting[0])
    anna.presses("/")
    anna.page.wait_for_url("**/results*")
    wait_for(lambda: anna.the("#search").evaluate("it => it === document.activeElement"), "the search has the focus")
    anna.presses(*waiting[3], "Enter")
    anna.page.wait_for_url(f"**name={waiting[3]}*")
    assert anna.window.texts("#list tbody .name") == [waiting[3]]
    assert_spoken(place, [])


def test_no_key_is_lost_or_counts_twice_however_fast(place: Place, window: Window, serve: Serve) -> None:
    """Twenty rows typed 30 ms apart: the n-th key belongs to the n-th picture."""
    place.start()
    files = drop_doubtful(place, MANY)
    anna = Person(window, serve())
    anna.sees(files[0])
    labels = [str(number * 7 % 10) for number in range(MANY)]
    for label in labels:
        anna.presses(label)
        anna.page.wait_for_timeout(MILLISECONDS_BETWEEN_KEYS)
    anna.finds_nothing_left()
    assert_spoken(place, [(file, label, "Anna") for file, label in zip(files, labels, strict=True)])


def test_a_key_that_is_held_down_counts_once(place: Place, waiting: list[str], anna: Person) -> None:
    """A heavy hand does not settle what comes next."""
    anna.sees(waiting[0])
    for _ in range(4):
        anna.page.keyboard.down("7")  # from the second on, as the keyboard repeats it
    anna.page.keyboard.up("7")
    anna.sees(waiting[1])
    assert_spoken(place, [(waiting[0], "7", "Anna")])


def test_keys_of_the_browser_are_left_to_it(place: Place, waiting: list[str], anna: Person) -> None:
    """Ctrl+1 changes tabs, Alt+← goes back: neither says anything of a picture."""
    anna.sees(waiting[0])
    anna.presses("Control+1", "Alt+3", "Meta+5", "Control+u")
    anna.sees(waiting[0])
    assert_spoken(place, [])
