"""docs/queries.md: what stands there is run, on results as the daemon writes them, and prints what stands below it."""

import contextlib
import io
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.end_to_end.results_folder import make_results

PAGE = (Path(__file__).parents[2] / "docs" / "queries.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(sql|python|sh)\n(.*?)```\n(?:\n```text\n(.*?)```\n)?", PAGE, re.DOTALL)


@pytest.fixture
def outbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three days of results, where the blocks are run."""
    make_results(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def trimmed(text: str) -> str:
    """Without blanks at the ends of lines, which no page keeps."""
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines())


def in_duckdb(outbox: Path) -> Callable[[str], str]:
    """As its shell prints it, which says nothing of a view that was made."""
    connection = duckdb.connect()

    def run(query: str) -> str:
        found = connection.sql(query)
        return "" if query.startswith("CREATE") else str(found)

    return run


def in_python(outbox: Path) -> Callable[[str], str]:
    """One block after the other, as in a notebook."""
    names: dict[str, Any] = {}

    def run(code: str) -> str:
        with contextlib.redirect_stdout(io.StringIO()) as out:
            exec(code, names)
        return out.getvalue()

    return run


def in_a_shell(outbox: Path) -> Callable[[str], str]:
    """In the outbox."""

    def run(line: str) -> str:
        program = line.split()[0]
        if not shutil.which(program):
            pytest.skip(f"{program} is not installed here")
        done = subprocess.run(line, shell=True, cwd=outbox, capture_output=True, text=True, check=True, timeout=60)
        return done.stdout

    return run


@pytest.mark.parametrize(("kind", "begin"), [("sql", in_duckdb), ("python", in_python), ("sh", in_a_shell)])
def test_what_is_asked_is_answered_so(outbox: Path, kind: str, begin: Callable[[Path], Callable[[str], str]]) -> None:
    """Each in its order, on one and the same folder; what prints nothing has nothing below it."""
    run = begin(outbox)
    blocks = [(code, answer) for lang, code, answer in BLOCKS if lang == kind]
    assert len(blocks) > 2
    for code, answer in blocks:
        assert trimmed(answer) == trimmed(run(code)), code


def test_every_block_is_of_a_kind_that_is_run() -> None:
    """None is passed over because it is written otherwise."""
    assert len(BLOCKS) == len(re.findall(r"^```(?!text)\w", PAGE, re.MULTILINE))
