"""The processor's cores, as far as they are ours."""

import os


def cores() -> int:
    """How many this process may use: CPU affinity is heeded where the system has it."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
