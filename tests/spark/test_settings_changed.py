"""SIGHUP while executors read: another model, another limit, another engine, or nonsense."""

from typing import Any

from tests.faults.test_settings_changed import bundle, reload
from tests.spark.clustered import DRIVER, Clustered

READER = b"watcher.reader"


def test_bad_settings_change_nothing(warm: Clustered) -> None:
    """A master that is not there, a model that is damaged: the session that is open reads on, and `status` says why."""
    (driver,) = warm.processes(DRIVER)
    bad: dict[str, dict[str, Any]] = {
        "127.0.0.1:9": {"spark": {"master": "spark://127.0.0.1:9", "patience_seconds": 3.0}},
        "damaged": {"model": bundle(warm.root / "damaged", sha256="0" * 64)},
    }
    for word, settings in bad.items():
        warm.configure(**settings)
        reload(warm.daemon)
        assert word in warm.status()["refused_settings"]
        warm.assert_read(warm.drop_some(word, 3))
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


def test_another_engine_is_taken_on(warm: Clustered) -> None:
    """From the cluster to processes of this machine, and back, while pictures are read."""
    for engine in ("local", "spark"):
        names = warm.drop_some(f"before {engine}", 100)
        warm.configure(engine=engine)
        reload(warm.daemon)
        assert (engine == "spark") == bool(warm.processes(DRIVER))
        assert (engine == "spark") == (not warm.processes(READER))
        warm.assert_read([*names, *warm.drop_some(f"behind {engine}", 20)])
