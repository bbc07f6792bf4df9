"""The model and the readers: one is started as the daemon starts it, and tried on the built-in pictures."""

from collections.abc import Iterator

from watcher.checks.findings import Finding, ok, warn
from watcher.checks.scene import Scene
from watcher.confinement import landlock_version
from watcher.engines import one_reader
from watcher.files import Files
from watcher.held_model import HeldModel
from watcher.reload import refuse_misreading


def check_model(scene: Scene) -> Iterator[Finding]:
    """It loads in a reader of its own, and reads what everybody reads."""
    model = HeldModel(scene.config.model_path)
    try:
        engine = one_reader(scene.config, Files(scene.config.inbox), model)
        try:
            engine.await_ready(60.0)
            refuse_misreading(engine)
        finally:
            engine.close()
    finally:
        model.close()
    but = f", but for the {', '.join(engine.misread)}" if engine.misread else ""
    yield ok(f"{engine.model_name} loads, and reads the built-in digits{but}")


def check_readers(scene: Scene) -> Iterator[Finding]:
    """How far a reader is shut in, whom a hostile picture may take over."""
    if scene.config.engine == "spark":
        yield ok("on executors, each confined as far as its machine's kernel can")
        return
    version, readers = landlock_version(), f"{scene.config.reading.worker_count} processes"
    if version:
        yield ok(f"{readers}, confined by Landlock {version}")
    else:
        yield warn(
            f"{readers}, not confined: this kernel has no Landlock",
            "They have limits all the same. Linux 5.13 or later has it, where `lsm=` names it at boot.",
        )
