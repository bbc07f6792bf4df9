"""What executors say of themselves before the first picture: whether they can read, and by what."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter

from watcher.errors import SurroundingsError
from watcher.spark.cluster import Cluster
from watcher.spark.libraries import versions
from watcher.spark.words import Refused


class Facts(BaseModel):
    """Of one Python worker. away: why it cannot read the work folder."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    host: str
    model: str
    misread: str
    away: str
    versions: dict[str, str]


_SAID: TypeAdapter[Facts | Refused] = TypeAdapter(Facts | Refused)


def greeting(cluster: Cluster, mark: str) -> dict[str, Any]:
    """What the daemon is told of a session that can read. Raises what stands in the way."""
    said = [_SAID.validate_json(line) for line in cluster.probe(mark)]
    found = [facts for facts in said if isinstance(facts, Facts)]
    for refused in said:
        if isinstance(refused, Refused) and not found:
            raise refused.as_error()
    if all(facts.away for facts in found):
        raise SurroundingsError(
            f"executors cannot read the inbox's work folder: {found[0].host}: {found[0].away}",
            hint="They must see it on shared storage, as the daemon's user: is it mounted there, where `spark.inbox` in"
            " config.yaml says? Start the cluster's workers as that user.",
        )
    return {
        "ready": found[0].model, "misread": found[0].misread,
        "slots": cluster.slots, "executors": cluster.executors, "differing": _differing(found),
    }  # fmt: skip


def _differing(found: Sequence[Facts]) -> str:
    ours = versions()
    differing = {
        f"{name} {there} on {facts.host}, here {ours[name]}"
        for facts in found
        for name, there in facts.versions.items()
        if there != ours[name]
    }
    return "; ".join(sorted(differing))[:500]
