"""On which terms pictures are read: the same for readers of this machine, for a session and for its executors."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Terms:
    """scale, shape: as in `input` of config.yaml. The others as in `reading`: most limit what a picture may cost."""

    scale: str
    shape: str
    max_pixels: int
    max_bytes: int
    seconds_per_picture: float
    accepted_error: float | None
