"""Results and corrections as the page shows them: the only place where they become words."""

from typing import Any

from watcher.corrections.labels import NOT_A_DIGIT, Correction
from watcher.recognition.verdict import percent
from watcher.review.browsing import Result
from watcher.rows import readable_name

REASONS = {
    "low_confidence": "not sure of it", "not_a_digit": "may not be a digit", "several_digits": "more than one digit",
    "blank": "nothing is drawn on it", "corrupt": "cut off or damaged", "empty_file": "no bytes",
    "unsupported_format": "a format that is not read", "several_frames": "several pages or an animation",
    "too_large": "too large", "crashed_reader": "a reader ended over it", "timed_out": "it took too long",
}  # fmt: skip
STATES = {
    "archived": "lies in the archive", "recorded": "on its way to the archive", "requeued": "was read again",
    "missing": "is missing", "expiring": "is being deleted by retention", "expired": "was deleted by retention",
}  # fmt: skip


def spoken(label: str) -> str:
    """A label as people say it."""
    return {NOT_A_DIGIT: "not a digit", "": "–"}.get(label, label)


def said(correction: Correction) -> dict[str, Any]:
    """One correction."""
    return {
        "seq": correction.seq, "was": correction.was, "label": correction.label, "by": correction.by,
        "at": correction.at, "words": "took it back" if not correction.label else spoken(correction.label),
        "before": spoken(correction.was),
    }  # fmt: skip


def facts(result: Result, corrections: list[Correction], state: str = "") -> dict[str, Any]:
    """All of a result that the queue shows."""
    record, verdict, claim = result.record, result.record.verdict, result.record.claim
    return {
        "id": claim.id,
        "file": readable_name(claim.file),
        "status": verdict.status.value,
        "reason": verdict.reason.value if verdict.reason else "",
        "why": REASONS.get(verdict.reason or "", ""),
        "detail": verdict.detail,
        "prediction": verdict.prediction or "",
        "confidence": verdict.confidence,
        "percent": percent(verdict.confidence) if verdict.confidence is not None else "",
        "second": verdict.second_prediction or "",
        "scores": [{"digit": digit, "share": share, "percent": percent(share)}
                   for digit, share in enumerate(verdict.scores)],
        "label": result.label or "",
        "stands": result.stands,
        "spoken": spoken(result.stands),
        "arrived_at": claim.arrived_at,
        "processed_at": record.processed_at,
        "model": record.model,
        "width": verdict.width,
        "height": verdict.height,
        "size": claim.identity.size,
        "sha256": verdict.sha256,
        "archived_to": readable_name(record.archived_to),
        "requeued_from": claim.requeued_from or "",
        "attempt": claim.attempt,
        "state": state,
        "became": STATES.get(state, state),
        "seen": corrections[-1].seq if corrections else 0,
        "corrections": [said(one) for one in corrections],
    }  # fmt: skip
