"""SIGHUP while executors read: another model and limit, and what is refused."""

from typing import Any

from tests.end_to_end.process import wait_for
from tests.faults.test_settings_changed import bundle, reload
from tests.spark.clustered import DRIVER, Clustered


def test_bad_settings_change_nothing(warm: Clustered) -> None:
    """Another cluster or engine needs a restart, a damaged model a person: the session reads on, `status` says why."""
    (driver,) = warm.processes(DRIVER)
    bad: dict[str, dict[str, Any]] = {
        "`spark.master`": {"spark": {"master": "spark://127.0.0.1:9"}},
        "`engine`": {"engine": "local"},
        "damaged": {"model": bundle(warm.root / "damaged", sha256="0" * 64)},
    }
    for number, (word, settings) in enumerate(bad.items()):
        warm.configure(**settings)
        reload(warm.daemon)
        wait_for(lambda: word in warm.status()["refused_settings"], word)  # noqa: B023  called at once
        warm.assert_read(warm.drop_some(f"refused-{number}", 3))
    assert [driver] == warm.processes(DRIVER)


def test_another_model_and_limit_are_taken_on_while_pictures_are_read(warm: Clustered) -> None:
    """The same daemon goes on; each row names its model; what is too large now is so for executors, too."""
    names = warm.drop_some("first", 300)
    warm.wait_for_row(names[0])
    warm.configure(model=bundle(warm.root / "second", name="second"), reading={"max_pixels": 5000})
    reload(warm.daemon)
    later = warm.drop_some("later", 10)
    warm.assert_conserved(warm.dropped)
    models = [row["model"].split("-")[0] for row in warm.rows()]
    assert {"digitnet", "second"} == set(models)
    assert models == sorted(models)  # one after the other, and never back
    assert {"too_large"} == {row["reason"] for row in warm.rows() if row["file"] in later}
    assert 1 == len(warm.processes(DRIVER))  # of the session before, nothing is left
