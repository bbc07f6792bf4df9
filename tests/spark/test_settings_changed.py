"""SIGHUP while executors read: another model, another limit, another engine, or nonsense."""

from typing import Any

import pytest

from tests.end_to_end.pictures import png
from tests.faults.test_settings_changed import bundle, reload
from tests.spark.clustered import DRIVER, Clustered


def test_another_model_and_limit_are_taken_on_while_pictures_are_read(place: Clustered) -> None:
    """The same daemon goes on; each row names its model; what is too large now is so for executors, too."""
    running = place.start()
    dropped = [place.drop(f"{n}.png", png(n)) for n in range(300)]
    place.wait_for_some_rows()
    place.configure(model=bundle(place.root / "second", name="second"), reading={"max_pixels": 5000})
    reload(running)
    dropped += [place.drop(f"later-{n}.png", png(n)) for n in range(10)]
    place.assert_conserved(dropped)
    models = [row["model"].split("-")[0] for row in place.rows()]
    assert {"digitnet", "second"} == set(models)
    assert models == sorted(models)  # one after the other, and never back
    assert {"too_large"} == {row["reason"] for row in place.rows() if row["file"].startswith("later")}
    assert 1 == len(place.processes(DRIVER))  # of the session before, nothing is left


def test_bad_settings_change_nothing(place: Clustered) -> None:
    """A master that is not there, a model that is damaged: the session that is open reads on, and `status` says why."""
    running = place.start()
    (driver,) = place.processes(DRIVER)
    bad: list[dict[str, Any]] = [
        {"spark": {"master": "spark://127.0.0.1:9", "patience_seconds": 3.0}},
        {"model": bundle(place.root / "damaged", sha256="0" * 64)},
    ]
    dropped = []
    for settings, word in zip(bad, ("127.0.0.1:9", "damaged"), strict=True):
        place.configure(**settings)
        reload(running)
        assert word in place.status()["refused_settings"], running.log()
        dropped.append(place.drop(f"{word}.png", png(len(dropped))))
    place.assert_conserved(dropped)
    place.assert_all_ok(2)
    assert [driver] == place.processes(DRIVER)


@pytest.mark.parametrize("there", ["local", "spark"])
def test_another_engine_is_taken_on(place: Clustered, there: str) -> None:
    """From processes of this machine to the cluster, and back."""
    here = "local" if there == "spark" else "spark"
    place.configure(engine=here)
    running = place.start()
    dropped = [place.drop(f"{n}.png", png(n)) for n in range(50)]
    place.wait_for_some_rows()
    place.configure(engine=there)
    reload(running)
    assert (there == "spark") == bool(place.processes(DRIVER))
    assert (there == "spark") == (not place.processes(b"watcher.reader"))
    dropped += [place.drop(f"later-{n}.png", png(n)) for n in range(50)]
    place.assert_conserved(dropped)
    place.assert_all_ok(100)
