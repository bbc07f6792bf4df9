"""What the installer tells a unit of folders that lie elsewhere: deploy/drop_in.py."""

import importlib.util
from pathlib import Path

_PATH = Path(__file__).parents[2] / "deploy" / "drop_in.py"
_SPEC = importlib.util.spec_from_file_location("drop_in", _PATH)
assert _SPEC
assert _SPEC.loader
_MODULE = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_MODULE)
OWN = Path("/var/lib/digit-watcher")


def directives(*written: str, read: str = "") -> list[str]:
    """The drop-in's lines but for comments."""
    text = _MODULE.drop_in(map(Path, written), [Path(read)] if read else [], OWN)
    assert text == "" or text.startswith("# Made by")
    return [line for line in text.splitlines() if not line.startswith("#")]


def test_its_own_folders_need_none() -> None:
    """A unit may write to its state directory as it is, and waits for the disk that this is on."""
    assert directives(f"{OWN}/inbox", f"{OWN}/outbox", f"{OWN}/state") == []


def test_a_folder_elsewhere_is_waited_for_opened_and_nothing_runs_in_it() -> None:
    """The others stay as they are."""
    assert directives(f"{OWN}/inbox", "/mnt/nas/results", f"{OWN}/state") == [
        "[Unit]", "RequiresMountsFor=/mnt/nas/results",
        "[Service]", "ReadWritePaths=-/mnt/nas/results", "NoExecPaths=-/mnt/nas/results",
    ]  # fmt: skip


def test_siblings_are_opened_by_their_parent() -> None:
    """Each opened path is a mount of its own in the sandbox, and a rename between two mounts would be a copy."""
    assert "ReadWritePaths=-/srv/scans" in directives("/srv/scans/in", "/srv/scans/out", f"{OWN}/state")
    lines = directives("/data/in", "/data/out", "/data/state")
    assert [line for line in lines if line.startswith("ReadWrite")] == ["ReadWritePaths=-/data"]


def test_a_folder_that_others_share_is_not_opened_for_that() -> None:
    """Of /srv/inbox and /srv/outbox, both stay what they are."""
    lines = directives("/srv/inbox", "/srv/outbox")
    assert [line for line in lines if line.startswith("ReadWrite")] == [
        "ReadWritePaths=-/srv/inbox",
        "ReadWritePaths=-/srv/outbox",
    ]


def test_what_lies_in_an_opened_folder_is_not_named_again() -> None:
    """The state in the outbox, as it is by default."""
    lines = directives("/srv/a/inbox", "/mnt/results", "/mnt/results/.state")
    assert [line for line in lines if line.startswith("ReadWrite")] == [
        "ReadWritePaths=-/mnt/results",
        "ReadWritePaths=-/srv/a/inbox",
    ]


def test_a_model_elsewhere_is_waited_for_and_only_read() -> None:
    """It may lie on a share."""
    assert directives(f"{OWN}/inbox", read="/mnt/models/ours.keras") == [
        "[Unit]",
        "RequiresMountsFor=/mnt/models/ours.keras",
    ]


def test_names_are_no_syntax() -> None:
    """Spaces, percent signs and backslashes mean something in unit files."""
    assert "ReadWritePaths=-/srv/100%%\\x20of\\x20it\\\\" in directives("/srv/100% of it\\")
