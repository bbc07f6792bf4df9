"""watcher.pace: few slow pictures are in hand at a time, many fast ones; and whether the loop has time to wait."""

from watcher.pace import Leisure, Pace


def read_for(pace: Pace, seconds: float, rate: float, step: float = 0.02) -> None:
    """So many pictures a second for so long, counted every 20 ms."""
    pace.begin(0.0)
    for turn in range(1, round(seconds / step) + 1):
        pace.count(round(rate * step), turn * step)


def test_half_a_second_of_work_is_taken_ahead() -> None:
    """Of fast pictures many, of slow ones few, within the limits; a few seconds after the kind changes."""
    pace = Pace()
    read_for(pace, 4.0, 5000)
    assert 2300 < pace.ahead(8, 10_000) <= 2500
    assert 2000 == pace.ahead(8, 2000)
    read_for(pace, 5.0, 50)
    assert 20 <= pace.ahead(8, 2000) <= 45
    assert 100 == pace.ahead(100, 2000)


def test_the_first_guess_is_soon_forgotten() -> None:
    """What was measured for 0.2 s counts four times as much as the guess."""
    pace = Pace()
    assert not pace.enough(10_000)
    read_for(pace, 0.2, 5000)
    assert 2050 == pace.ahead(8, 10_000)
    assert pace.enough(1025)
    assert not pace.enough(1024)


def test_a_pause_between_two_pictures_is_no_slowness() -> None:
    """Only the time counts in which there was something to read."""
    pace = Pace()
    for number in range(1000):
        pace.begin(10.0 * number)
        pace.count(1, 10.0 * number + 0.002)
    assert 200 < pace.ahead(8, 2000) <= 250


def test_a_turn_of_no_time_is_none() -> None:
    """Two counts at one instant of the clock."""
    pace = Pace()
    pace.begin(1.0)
    pace.count(5, 1.0)
    assert 250 == pace.ahead(8, 2000)


def turns(leisure: Leisure, *, waits: float, works: float, pictures: int, count: int = 20) -> bool:
    """So many turns of the loop, each of so many seconds and pictures; whether there is leisure afterwards."""
    now = leisure._back
    for _ in range(count):
        leisure.begin(now + works)
        now += works + waits
        leisure.end(now, pictures)
        leisure.end(now + 0.001, 0)
    return leisure.some


def test_a_loop_that_never_waits_has_no_leisure() -> None:
    """At first it has, until some turns went by in which many pictures came and hardly any time."""
    leisure = Leisure()
    assert leisure.some
    assert turns(leisure, waits=0.0001, works=0.05, pictures=500, count=2)
    assert not turns(leisure, waits=0.0001, works=0.05, pictures=500)
    assert turns(leisure, waits=0.02, works=0.05, pictures=500)


def test_a_loop_that_is_busy_with_little_has_leisure() -> None:
    """A turn costs something of its own: with few pictures in each, more readers are what helps."""
    leisure = Leisure()
    assert not turns(leisure, waits=0.0001, works=0.05, pictures=500)
    assert turns(leisure, waits=0.0001, works=0.02, pictures=60)
