"""The shipped bundle, as package data."""

from pathlib import Path

SHIPPED = Path(__file__).parent / "digitnet"
