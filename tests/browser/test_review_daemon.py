"""The page beside a daemon that works, pauses or is gone, and a page whose own server ends."""

import os

from tests.browser.conftest import Opened, Serve, drop_doubtful
from tests.browser.person import Person
from tests.browser.pictures import doubtful
from tests.browser.window import Window
from tests.browser.words import assert_spoken, spoken
from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place
from tests.end_to_end.process import wait_for

GONE = ("failed: .*ERR_CONNECTION_REFUSED", "console error.*ERR_CONNECTION_REFUSED")


def test_counts_move_and_the_queue_fills_by_itself(place: Place, window: Window, serve: Serve) -> None:
    """An empty queue, a daemon that reads what is dropped meanwhile: nobody loads the page again."""
    place.start()
    place.drop("sure.png", png(7))
    place.wait_for_row("sure.png")
    anna = Person(window, serve())
    anna.finds_nothing_left()
    wait_for(
        lambda: (anna.count("open"), anna.count("results"), anna.count("state")) == ("0", "1", "running"), "counts"
    )
    files = drop_doubtful(place, 3)
    anna.sees(files[0])
    wait_for(lambda: (anna.count("open"), anna.count("results")) == ("3", "4"), "new counts")
    anna.answers("4")
    wait_for(lambda: (anna.count("open"), anna.count("today")) == ("2", "1"), "one less, one more")
    assert_spoken(place, [(files[0], "4", "Anna")])


def test_pictures_that_come_while_one_is_looked_at_come_behind_it(
    place: Place, anna: Person, waiting: list[str]
) -> None:
    """What is shown stays, and is what a key means."""
    anna.sees(waiting[0])
    later = drop_doubtful(place, 3, first=50)
    wait_for(lambda: anna.count("open") == "8", "eight that wait")
    anna.sees(waiting[0])
    for file in (*waiting, *later):
        anna.sees(file)
        anna.presses("6")
    anna.finds_nothing_left()
    assert_spoken(place, [(file, "6", "Anna") for file in (*waiting, *later)])


def test_without_a_daemon_corrections_are_written_all_the_same(
    place: Place, waiting: list[str], window: Window, serve: Serve
) -> None:
    """Under its lock; the page says that it is stopped, and the next daemon finds nothing to do."""
    assert place.running[0].stop() == 0
    anna = Person(window, serve())
    for file in waiting[:3]:
        anna.sees(file)
        anna.presses("2")
    anna.sees(waiting[3])
    wait_for(lambda: len(spoken(place)) == 3, "three words")
    anna.presses("u")
    anna.sees(waiting[2])
    wait_for(lambda: anna.count("state") == "stopped", "stopped")
    expected = [*((file, "2", "Anna") for file in waiting[:3]), (waiting[2], "", "Anna")]
    assert_spoken(place, expected)
    place.start()
    assert_spoken(place, expected)


def test_a_daemon_that_starts_and_stops_meanwhile_hinders_nobody(
    place: Place, waiting: list[str], anna: Person
) -> None:
    """Corrections go to whoever may write: the daemon, or in its absence the page itself."""
    said = []
    for number, file in enumerate(waiting):
        anna.sees(file)
        anna.presses(str(number))
        said.append((file, str(number), "Anna"))
        wait_for(lambda: len(spoken(place)) == len(said), "the last word")
        if number % 2:
            place.start()
        else:
            assert place.running[-1].stop() == 0
    assert_spoken(place, said)


def test_a_killed_daemon_takes_nothing_along(place: Place, waiting: list[str], anna: Person) -> None:
    """Killed while somebody types: each word is there once when the next one has started."""
    for number, file in enumerate(waiting):
        anna.sees(file)
        if number == 2:
            place.running[0].kill()
        anna.presses("9")
    place.start()
    assert_spoken(place, [(file, "9", "Anna") for file in waiting])


def test_a_server_that_is_gone_is_told_of_and_answers_are_kept(
    place: Place, waiting: list[str], window: Window, serve: Serve
) -> None:
    """Answers wait in the page; once the new server has let one in again, they are saved, each once."""
    first = serve()
    anna = Person(window, first)
    anna.answers("1")
    wait_for(lambda: len(spoken(place)) == 1, "the first word")
    anna.sees(waiting[1])
    with window.expecting(*GONE):
        first.kill()
        anna.presses("2")
        anna.the("#troubles :text('1 answer')").first.wait_for()
        anna.presses("3")
        anna.the("#troubles :text('2 answers')").first.wait_for()
        wait_for(lambda: anna.count("state") == "no answer", "no answer")
    assert spoken(place) == [(waiting[0], "1", "Anna")]
    with window.expecting("answered 401", "console error.*401", maybe="ERR_CONNECTION"):
        second = serve(port=first.port)
        anna.the("#troubles :text('no longer let in')").first.wait_for()
        window.context.new_page().goto(second.address)
        anna.page.bring_to_front()
        assert_spoken(place, [(file, label, "Anna") for file, label in zip(waiting, "123", strict=False)])
        wait_for(lambda: not anna.the("#troubles").inner_text(), "no trouble any more")


def test_leaving_with_unsaved_answers_asks_first(waiting: list[str], window: Window, serve: Serve) -> None:
    """The browser warns before a page is closed that still keeps answers."""
    served = serve()
    anna, other = Person(window, served), window.context.new_page()
    anna.sees(waiting[0])
    asked = []
    with window.expecting(*GONE):
        served.kill()
        anna.presses("2")
        anna.the("#troubles :text('1 answer')").first.wait_for()
        anna.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
        anna.page.close(run_before_unload=True)
        wait_for(lambda: asked or other.wait_for_timeout(50), "a warning", 5)
    assert asked == ["beforeunload"]


def test_a_session_that_is_over_is_told_of(place: Place, waiting: list[str], window: Window, serve: Serve) -> None:
    """The answer is kept until one was let in again, in another tab."""
    served = serve()
    anna = Person(window, served)
    anna.sees(waiting[0])
    with window.expecting("answered 401", "console error.*401"):
        window.context.clear_cookies()
        anna.presses("4")
        anna.the("#troubles :text('no longer let in')").first.wait_for()
        window.context.new_page().goto(served.address)
        anna.page.bring_to_front()
        wait_for(lambda: spoken(place) or anna.presses("r"), "the kept answer")
    assert_spoken(place, [(waiting[0], "4", "Anna")])


def test_a_picture_that_is_read_again_keeps_what_was_said(
    place: Place, waiting: list[str], anna: Person, opened: Opened
) -> None:
    """Its old result says that it was read again, and leads to the new one, which has the word."""
    anna.answers("7")
    wait_for(lambda: len(spoken(place)) == 1, "the word")
    assert place.command("requeue", waiting[0]).returncode == 0
    wait_for(lambda: len(place.rows()) == len(waiting) + 1, "its second row")
    old, new = (row["id"] for row in place.rows() if row["file"] == waiting[0])
    wait_for(lambda: spoken(place) == [(waiting[0], "7", "Anna")] * 2, "the word of the new one")
    anna.page.goto(anna.window.origin + f"/results/{old}")
    assert "was read again" in anna.the("#history").inner_text()
    anna.the(f"#history a[href='/results/{new}']").click()
    anna.page.wait_for_url(f"**/{new}")
    history = anna.the("#history").inner_text()
    assert "Anna" in history
    assert "read again from" in history
    anna.presses("8")
    wait_for(lambda: "8" in anna.the("#facts .now").inner_text(), "the new word")
    assert [word.label for word in spoken(place)] == ["7", "7", "8"]


def test_a_disk_that_refuses_is_told_of_and_nothing_is_lost(place: Place, waiting: list[str], anna: Person) -> None:
    """Where the wish cannot be written the page keeps the answer, and writes it once it can."""
    anna.sees(waiting[0])
    requests = place.state / "requests"
    requests.rename(place.state / "elsewhere")
    requests.write_bytes(b"")  # where root itself is refused
    with anna.window.expecting("answered 50", "console error.*50"):
        anna.presses("4")
        anna.the("#troubles :text('1 answer')").first.wait_for()
        os.unlink(requests)
        (place.state / "elsewhere").rename(requests)
        wait_for(lambda: spoken(place) or anna.page.wait_for_timeout(100), "the kept answer")
    assert_spoken(place, [(waiting[0], "4", "Anna")])


def test_a_picture_that_needs_none_may_be_corrected(place: Place, anna: Person) -> None:
    """Also what the reader was sure of; it never was in the queue."""
    place.drop("sure.png", png(7))
    row = place.wait_for_row("sure.png")
    anna.window.open(f"{anna.window.origin}/results/{row['id']}")
    anna.presses("1")
    assert_spoken(place, [("sure.png", "1", "Anna")])
    place.drop("doubtful.png", doubtful(60))
    place.wait_for_row("doubtful.png")
    assert_spoken(place, [("sure.png", "1", "Anna")])
