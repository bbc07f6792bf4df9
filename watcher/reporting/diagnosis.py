"""What a status means: what is wrong, with what to do, and what somebody should look at some day."""

from typing import Any

from watcher.reporting.facts import Facts

LITTLE_ROOM = 0.05  # of a disk


def wrong(found: dict[str, Any]) -> list[tuple[str, str]]:
    """What keeps a daemon from its work, or shows that something was lost: what, and what to do."""
    facts = Facts(found)
    said = []
    if facts.text("trouble"):
        said.append((facts.text("trouble"), facts.text("hint")))
    elif facts.text("state") == "stopped":
        said.append(("it does not run", "Start it: `systemctl start digit-watcher`, or `digit-watcher run`."))
    if facts.yes("silent"):
        hint = "It hangs, or the disk of the outbox is read-only or full: see its log. systemd restarts it if it hangs."
        said.append(("it has not said anything for minutes", hint))
    hint = "`digit-watcher status --verify` looks at every record and file; docs/operations.md says what each means."
    said += [(sentence, hint) for sentence in facts.part("conservation").texts("wrong")]
    if facts.text("ledger_trouble"):
        said.append((facts.text("ledger_trouble"), "The numbers below are those of the daemon's last words."))
    return said


def notes(found: dict[str, Any]) -> list[str]:
    """What somebody should look at, some day."""
    facts = Facts(found)
    said = []
    if facts.yes("model_outdated"):
        said.append("the disk has another model by now: `systemctl reload` takes it, or the next start")
    if refused := facts.text("refused_settings"):
        said.append(f"new settings were refused: {refused}")
    if missing := facts.part("account").number("missing"):
        said.append(f"{_count(missing, 'picture')} missing: the log says which ones")
    if strange := facts.part("account").number("quarantined"):
        said.append(f"{_count(strange, 'thing')} in quarantine that are no files: see .work/quarantine in the inbox")
    said += facts.part("conservation").texts("touched")
    if absent := facts.part("conservation").texts("not_there"):
        said.append(f"not in the archive any more, or changed there: {', '.join(absent[:3])}{' …' * (len(absent) > 3)}")
    for name, disk in disks(facts):
        if disk.number("free") < LITTLE_ROOM * disk.number("of"):
            said.append(f"the disk of {name} is nearly full: {size(disk.number('free'))} free")
    return said


def disks(facts: Facts) -> list[tuple[str, Facts]]:
    """Each disk once: folders with the same numbers are on the same one. Bytes: free, of."""
    found = dict[tuple[int, int], list[str]]()
    for name in ("inbox", "outbox", "state"):
        disk = facts.part("disks").part(name)
        if disk.number("of"):
            found.setdefault((disk.number("free"), disk.number("of")), []).append(name)
    return [(", ".join(names), Facts({"free": free, "of": of})) for (free, of), names in found.items()]


def size(many: float) -> str:
    """Bytes, for people."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if many < 1000:
            return f"{many:.0f} {unit}" if unit == "bytes" or many >= 100 else f"{many:.1f} {unit}"
        many /= 1000
    return f"{many:,.1f} TB"


def _count(many: int, what: str) -> str:
    return f"1 {what} is" if many == 1 else f"{many:,} {what}s are"
