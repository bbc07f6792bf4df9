"""How a job is divided: by bytes, as a photograph takes a thousand times as long as a scrap of a form."""

from collections.abc import Container, Sequence
from heapq import heapify, heapreplace

from watcher.records import Claim

BASE_BYTES = 8 << 10  # what a picture costs beside its bytes, in bytes: 0.2 ms of a core, which decodes 40 MB/s
LEAST_BYTES = 1 << 20  # of a part: it costs some 20 ms by itself, whatever is in it, and a reader that may not be warm


def divided(claims: Sequence[Claim], most: int, max_bytes: int, apart: Container[str] = ()) -> list[list[str]]:
    """Ids in parts of about the same bytes, so many at most, and none of less than is worth a task.

    max_bytes: more is not read of a file. apart: ids that cost the others their reader: each has a part by itself.

    Method: the heaviest first, each to the part that is lightest by then (longest processing time first: Graham 1969);
    no part is then heavier than 4/3 of the best division's heaviest.
    """
    alone = [[claim.id] for claim in claims if claim.id in apart]
    claims = [claim for claim in claims if claim.id not in apart]
    if not claims:
        return alone
    weights = {claim.id: min(claim.identity.size, max_bytes) + BASE_BYTES for claim in claims}
    count = max(1, min(most, len(claims), sum(weights.values()) // LEAST_BYTES))
    parts: list[tuple[int, int, list[str]]] = [(0, number, []) for number in range(count)]
    heapify(parts)
    for id_ in sorted(weights, key=lambda id_: weights[id_], reverse=True):
        weight, number, ids = parts[0]
        ids.append(id_)
        heapreplace(parts, (weight + weights[id_], number, ids))
    return [*(ids for _, _, ids in sorted(parts, key=lambda part: part[1])), *alone]
