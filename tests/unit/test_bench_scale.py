"""bench.scale, bench.sizing, bench.shard: a site on paper, and a simulated daemon of it."""

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from bench import scale
from bench.results import saved
from bench.shard import STEP, Course, simulated
from bench.sizing import CALLS, FULL, LARGE, LOCAL, NETWORK, SMALL, TASKS, WIDE, Kind, Site, Storage, laid_out

PAGE = Path(__file__).parents[2] / "docs" / "scale.md"
_ON_SPARK = Kind("large", 0.1, 1_000_000)


def _came(course: Course, since: float, until: float) -> float:
    """Pictures a second."""
    first, last = (course.arrived[round(at / STEP) - 1] for at in (since, until))
    return float(last - first) / (until - since)


@pytest.mark.parametrize("table", range(4))
def test_the_page_says_what_the_simulation_says(table: int) -> None:
    """To the character: after a change, `make bench-scale` prints what the page is to say."""
    assert scale.tables()[table] in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("kind", "site", "rate"), [(SMALL, Site(1, 1), 300), (SMALL, Site(1, 1), 9000), (_ON_SPARK, Site(1, 40), 250)]
)
def test_as_many_are_inside_as_come_while_one_waits(kind: Kind, site: Site, rate: float) -> None:
    """Little's law (1961): the mean number inside is the rate by the mean wait, whatever happens inside."""
    course = simulated(kind, site, [(30, rate)])
    inside, wait = course.inside(5, 25).mean(), course.waits(5, 25).mean()
    assert _came(course, 5, 25) * wait == pytest.approx(inside, rel=0.05)


@pytest.mark.parametrize(
    ("kind", "site", "part", "end"),
    [
        (_ON_SPARK, Site(1, 1000), "network", NETWORK / 1_000_000),
        (_ON_SPARK, Site(1, 20), "cores that read", 200),
        (Kind("tiny", 1e-5, 100), Site(1, 8), "the loop", 9000),
        (Kind("many looks", 1e-5, 100), Site(1, 100, Storage(sync=-2.6e-4)), "the loop", 10_000),
    ],
)
def test_what_is_overloaded_is_named(kind: Kind, site: Site, part: str, end: float) -> None:
    """With the rate at which it ends; and no more than that comes out of the simulation, or much less."""
    found, rate = site.breaks_first(kind, 2 * end)
    assert part == found
    assert rate == pytest.approx(end, rel=0.2)
    assert site.loads(kind, 2 * end)[part] > 1
    course = simulated(kind, site, [(20, 2 * end)])
    done = course.recorded[-1] / course.ends[-1]
    assert 0.85 * rate < done <= 1.01 * rate
    waiting = course.inside(18, 20)
    assert waiting[-1] > waiting[0]


def test_more_executors_than_the_daemon_can_feed_change_nothing() -> None:
    """Of 20,000 small pictures a second the loop takes half, with 20 cores as with 400."""
    few, many = (simulated(SMALL, Site(1, cores), [(10, 20_000)]).recorded[-1] for cores in (20, 400))
    assert few == pytest.approx(many, rel=0.02)
    assert Site(1, 400).breaks_first(SMALL, 20_000)[0] == "the loop"


def test_more_daemons_take_more() -> None:
    """Each has a machine, a disk and a network of its own."""
    assert Site(8, 8).breaks_first(SMALL, 1000)[1] == pytest.approx(8 * Site(1, 1).breaks_first(SMALL, 1000)[1])


@pytest.mark.parametrize("storage", [LOCAL, WIDE])
@pytest.mark.parametrize("kind", [SMALL, LARGE])
@pytest.mark.parametrize("rate", [100, 3_000, 40_000])
def test_a_site_is_the_smallest_that_leaves_room(kind: Kind, rate: float, storage: Storage) -> None:
    """No part is used beyond FULL; with one daemon or a core a daemon less, one would be."""
    site = laid_out(kind, rate, storage)
    assert max(site.loads(kind, rate).values()) <= FULL
    fewer_cores = Site(site.daemons, site.cores - site.daemons, storage)
    assert site.slots == 1 or fewer_cores.loads(kind, rate)["cores that read"] > FULL
    if site.daemons > 1:
        fewer = Site(site.daemons - 1, 10 * site.cores, storage).loads(kind, rate)
        assert max(fewer["the loop"], fewer["network"], fewer.get("file calls", 0), fewer.get("tasks", 0)) > FULL


def test_a_burst_is_all_recorded_in_the_end() -> None:
    """In the order in which it came; once all is taken the simulation ends, with what the engine has ahead."""
    course = simulated(_ON_SPARK, Site(1, 40), [(5, 100), (10, 1000), (200, 100)], calm_after=15)
    assert 15 + (1000 - 400) * 10 / 400 < course.ends[-1] < 15 + 1000 * 10 / 200
    assert (np.diff(course.recorded) >= 0).all()
    assert course.inside(course.ends[-1] - 1, course.ends[-1] - STEP)[-1] < 400 * 3
    assert course.waits(5, 15).max() > 10


def test_a_lone_picture_on_a_cluster_waits_for_its_job_and_its_task_alone() -> None:
    """Half a second at most, though the loop and its syncs are on its way twice."""
    course = simulated(LARGE, Site(1, 40), [(60, 0.5)])
    assert LARGE.seconds < np.median(course.waits(1, 50)) < 0.5


def test_the_same_seed_is_the_same_course() -> None:
    """Another one is another."""
    first, second, third = (simulated(SMALL, Site(1, 1), [(5, 100)], seed=seed).ends for seed in (1, 1, 2))
    assert first.tolist() == second.tolist()
    assert first.tolist() != third.tolist()


def test_only_what_leaves_the_machine_is_asked_over_the_network() -> None:
    """A daemon's own readers ask no file server, and no driver deals out their work."""
    assert {"the loop", "cores that read", "network"} == set(Site(1, 8).loads(LARGE, 10))
    loads = Site(1, 9).loads(LARGE, 10)
    assert (5, 5 + 3) == (SMALL.calls, LARGE.calls)
    assert 10 * 8 / CALLS == pytest.approx(loads["file calls"])
    assert 0 < loads["tasks"] <= 10 / TASKS


def test_what_was_simulated_is_kept(tmp_path: Path) -> None:
    """The command prints all tables, and keeps figures for `bench.compare`."""
    said = CliRunner().invoke(scale.main, ["--out", str(tmp_path / "scale.json")], catch_exceptions=False).output
    assert "\n\n".join(scale.tables()) == said.strip()
    assert 18 == len(saved(tmp_path / "scale.json").figures)
