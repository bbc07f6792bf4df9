"""Fault 15 in the middle of a large wish: the daemon is killed while it takes pictures back, again and again."""

import json
from pathlib import Path

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place
from tests.end_to_end.process import wait_for
from tests.soak.mortal import environment

PICTURES = 1500
KILLS = 4


def wishes(place: Place) -> list[Path]:
    """What is still on the list."""
    return sorted((place.state / "requests").glob("*.json"))


def test_killed_in_the_middle_of_a_large_wish(place: Place) -> None:
    """Every picture is read again exactly once, from one copy; what was read before keeps its row."""
    quick = environment(fake=True)
    place.configure(reading={"workers": 1, "batch_size": 64})
    dropped = [place.drop(f"{number % 7}/{number}.png", png(number % 10, str(number))) for number in range(PICTURES)]
    place.once(**quick)
    before = {row["id"] for row in place.rows()}
    done = place.command("requeue", "*", "--yes")
    assert f"... {PICTURES:,} pictures in all will be read again" in done.stdout, done.stderr
    (wish,) = wishes(place)
    assert len(json.loads(wish.read_bytes())["requeue"]) == PICTURES
    in_the_middle = 0
    for number in range(1, KILLS + 1):
        running = place.start(**quick)
        wait_for(lambda so_many=PICTURES + number * 100: len(place.rows()) >= so_many, "rows of the wish")
        running.kill()
        in_the_middle += wishes(place) == [wish]
    assert in_the_middle
    place.once(**quick)
    place.assert_conserved(dropped)
    again = [line for line in place.lines() if line["id"] not in before]
    assert (PICTURES, 2 * PICTURES, []) == (len(again), len(place.rows()), wishes(place))
