"""An outbox of three days as the daemon writes it: rotated results, and what people said of some pictures."""

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from watcher.corrections.labels import Correction, corrected
from watcher.corrections.rows import HEADER, correction_line
from watcher.recognition.verdict import SCORE_PLACES, Reason, Status, Verdict
from watcher.records import Claim, Identity, Record
from watcher.rows import CSV_HEADER, csv_line, json_line

# Day of November, file, what was read, how sure, reason. A name that comes again is the same picture again.
ARRIVALS = """
20 scans/a/001.png 7 0.999 -
20 scans/a/002.png 1 0.998 -
20 scans/a/003.png 4 0.712 low_confidence
20 scans/b/001.png 9 0.997 -
20 scans/b/002.png - 0 blank
20 mail/anna.jpg 3 0.991 -
20 NA 8 0.995 -
21 scans/a/004.png 1 0.881 low_confidence
21 scans/a/005.png 7 0.996 -
21 scans/a/006.png 0 0.999 -
21 scans/b/003.png 5 0.943 several_digits
21 mail/=bert.png 2 0.994 -
21 mail/carla.jpg - 0 not_a_digit
22 scans/a/007.png 7 0.654 low_confidence
22 scans/a/008.png 6 0.999 -
22 scans/a/009.png 1 0.992 -
22 scans/b/004.png 8 0.987 -
22 scans/b/005.png 9 0.998 -
22 mail/anna.jpg 3 0.991 -
22 mail/dora.png - 0 corrupt
"""
SAID = (("scans/a/003.png", "9"), ("scans/a/004.png", "1"), ("scans/b/003.png", "5"), ("scans/a/007.png", "1"),
        ("mail/=bert.png", "7"), ("mail/carla.jpg", "4"))  # fmt: skip


def make_results(outbox: Path) -> None:
    """results.csv and .jsonl of the last day, those of the days before set aside, and both files of corrections."""
    records = [*_records()]
    for day, stem in (("20", "results-2026-11-20"), ("21", "results-2026-11-21"), ("22", "results")):
        of_day = [record for record in records if record.processed_at[8:10] == day]
        (outbox / f"{stem}.csv").write_bytes(CSV_HEADER + b"".join(map(csv_line, of_day)))
        (outbox / f"{stem}.jsonl").write_bytes(b"".join(map(json_line, of_day)))
    latest = {record.claim.file.decode(): record for record in records}
    corrections = [_correction(number, latest[file], label) for number, (file, label) in enumerate(SAID, 1)]
    (outbox / "corrections.csv").write_bytes(HEADER + b"".join(map(correction_line, corrections)))
    labels = {one.picture: one.label for one in corrections}
    set_right = [corrected(one, labels[one.id]) if one.id in labels else one for one in records]
    (outbox / "results-corrected.csv").write_bytes(CSV_HEADER + b"".join(map(csv_line, set_right)))


def _records() -> Iterator[Record]:
    for number, line in enumerate(ARRIVALS.strip().splitlines(), 1):
        day, file, digit, sure, reason = line.split()
        arrived = datetime.fromisoformat(f"2026-11-{day}T08:00:00") + timedelta(minutes=7 * number)
        read = arrived + timedelta(milliseconds=9 + 3 * (number % 5) + 400 * (number == 11))
        claim = Claim(_id(number), file.encode(), Identity(1, number, 900, 0), _time(arrived))
        folder = "rejected" if digit == "-" else "archive"
        place = f"{folder}/2026-11-{day}/{file}".encode()
        yield Record(claim, _verdict(file, digit, float(sure), reason), number, "digitnet-0d71c1e5", _time(read), place)


def _verdict(file: str, digit: str, sure: float, reason: str) -> Verdict:
    sha256 = hashlib.sha256(file.encode()).hexdigest()
    if digit == "-":
        return Verdict.of(Status.UNREADABLE, Reason(reason), sha256, width=28, height=28, detail="…")
    scores = [round((1 - sure) / 20, SCORE_PLACES)] * 10
    scores[int(digit)], scores[(int(digit) + 5) % 10] = sure, round((1 - sure) * 0.6, SCORE_PLACES)
    status = Status.OK if reason == "-" else Status.REVIEW
    found = None if reason == "-" else Reason(reason)
    return Verdict.of(status, found, sha256, tuple(scores), 28, 28, "…" if found else "")


def _correction(number: int, record: Record, label: str) -> Correction:
    at = f"2026-11-22T12:0{number}:00.000Z"
    was = record.verdict.prediction or ""
    return Correction(number, _id(1000 + number), record.id, record.claim.file, was, label, "anna", at)


def _id(number: int) -> str:
    return f"019a0000-0000-7000-8000-{number:012x}"


def _time(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds") + "Z"
