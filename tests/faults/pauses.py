"""What a pause must look like from outside, whatever its cause: said once, and over by itself."""

from tests.end_to_end.place import Place
from tests.end_to_end.process import Running, wait_for

OBSERVED = {"log": {"level": "debug"}}  # so that each try to go on can be counted


def wait_for_pause(running: Running, trouble: str, tries: int = 1, most: int = 1) -> None:
    """Until it has paused for this and tried to go on so often; then it must have been said once, with a hint.

    most: causes in which one event may show, each said once.
    """
    wait_for(lambda: running.heard("STATUS=paused"), f"systemd told of the pause\n{running.log()}")
    wait_for(lambda: running.log().count("still paused") >= tries, "several tries to go on")
    wait_for(lambda: errors(running) and trouble in errors(running)[-1], f"{trouble}\n{running.log()}")
    wait_for(lambda: told(running) == len(errors(running)), f"each told to systemd once\n{running.log()}")
    lines = errors(running)
    causes = {line.partition(" ERROR ")[2] for line in lines}
    assert len(lines) == len(causes) <= most, lines
    hint = lines[-1].partition(trouble)[2]
    assert len(hint) > 20, lines[-1]
    assert running.process.poll() is None


def errors(running: Running) -> list[str]:
    """The log's lines of that level."""
    return [line for line in running.log().splitlines() if " ERROR " in line]


def told(running: Running) -> int:
    """How often systemd was told of a pause."""
    running.heard("")
    return sum(notice.startswith("STATUS=paused") for notice in running.notices)


def wait_for_end_of_pause(running: Running, place: Place) -> None:
    """Until it goes on by itself; said once."""
    wait_for(lambda: "the trouble is over" in running.log(), f"the end of the pause\n{running.log()}")
    wait_for(lambda: place.status().get("state") == "running", "running in status.json")
    assert place.status()["trouble"] == place.status()["hint"] == ""
    assert running.log().count("the trouble is over") == 1
    wait_for(lambda: running.heard("STATUS=running"), "systemd told of the end")
