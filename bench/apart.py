"""Work in a process of its own: TensorFlow's threads, a daemon's signals and memory should be in nobody's way."""

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Found = TypeVar("Found")


def apart(do: Callable[Given, Found], *arguments: Given.args, **named: Given.kwargs) -> Found:
    """What `do` gives, in a fresh process that says nothing on stderr."""
    with ProcessPoolExecutor(1, get_context("spawn"), _without_stderr) as pool:
        return pool.submit(do, *arguments, **named).result()


def _without_stderr() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
