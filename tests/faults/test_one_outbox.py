"""Fault 28: two inboxes on one outbox, one inbox with two outboxes: by mistake in two configs."""

import json

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place


def second_config(place: Place, **folders: str) -> str:
    """Another config.yaml of the same place; gives its path."""
    path = place.root / "second.yaml"
    values = json.loads(place.config_file.read_text()) | folders
    path.write_text(json.dumps(values), encoding="utf-8")
    return str(path)


def test_a_second_inbox_on_the_same_outbox_is_refused_with_why(place: Place) -> None:
    """At the same time or after it, with the state in the outbox or elsewhere: nothing of it is taken."""
    (place.root / "inbox2").mkdir()
    data = png(2)
    (place.root / "inbox2" / "2.png").write_bytes(data)
    dropped = [place.drop("1.png", png(1))]
    running = place.start()
    place.wait_for_row("1.png")
    shared = second_config(place, inbox="inbox2")
    done = place.command("run", "--once", "--config", shared)
    assert done.returncode == 4
    assert f"another digit-watcher (pid {running.process.pid}) has the state folder" in done.stderr
    own_state = second_config(place, inbox="inbox2", state="state2")
    done = place.command("run", "--once", "--config", own_state)
    assert done.returncode == 4
    assert f"the outbox {place.outbox} belongs to another ledger" in done.stderr
    assert running.stop() == 0
    for config in (own_state, second_config(place, inbox="inbox2")):
        done = place.command("run", "--once", "--config", config)
        assert done.returncode == 4, done.stderr
        assert "init --adopt" in done.stderr
    assert (place.root / "inbox2" / "2.png").read_bytes() == data
    place.once()
    place.assert_conserved(dropped)


def test_a_second_outbox_for_the_same_inbox_is_refused_with_why(place: Place) -> None:
    """While the first runs it names its pid; afterwards it says whose the inbox is. Nothing is made."""
    dropped = [place.drop("1.png", png(1))]
    running = place.start()
    place.wait_for_row("1.png")
    second = second_config(place, outbox="outbox2")
    done = place.command("run", "--once", "--config", second)
    assert done.returncode == 4
    assert f"(pid {running.process.pid})" in done.stderr
    assert running.stop() == 0
    dropped.append(place.drop("2.png", png(2)))
    done = place.command("run", "--once", "--config", second)
    assert done.returncode == 4
    assert f"the inbox {place.inbox} belongs to another ledger" in done.stderr
    assert not (place.root / "outbox2").exists()
    place.once()
    place.assert_conserved(dropped)
