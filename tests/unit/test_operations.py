"""docs/operations.md: whoever meets a warning or an error in the log finds what it means and what to do."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "docs" / "operations.md"
LOUD = {"warning", "error", "critical", "exception"}
FAILURES = {"SurroundingsError", "ConfigError", "ModelError", "_ended", "_end"}
_PLACEHOLDER = re.compile(r"%[-+ 0-9.,]*[a-z]")


def templates() -> Iterator[tuple[str, str]]:
    """Each message of level warning or above that the daemon can log, and where; placeholders as `…`."""
    for path in sorted(ROOT.glob("watcher/**/*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _is_loud(node.func):
                yield _template(node.args[0], path), f"{path.name}:{node.lineno}"


def _is_loud(called: ast.expr) -> bool:
    return isinstance(called, ast.Attribute) and called.attr in LOUD and ast.unparse(called.value) == "log"


def _template(argument: ast.expr, path: Path) -> str:
    assert isinstance(argument, ast.Constant), f"{path}: a message whose text is not a literal cannot be looked up"
    return _PLACEHOLDER.sub("…", str(argument.value))


def explained() -> list[str]:
    """The first column of the table of messages."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    begin = lines.index("| what you see | what it means | what to do |")
    rows = []
    for line in lines[begin + 2 :]:
        if not line.startswith("|"):
            break
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        assert 3 == len(cells), line
        assert all(cells), f"an empty cell: {line}"
        rows += re.findall(r"`([^`]+)`", cells[0])
    return rows


@pytest.mark.parametrize(("template", "where"), [pytest.param(*found, id=found[1]) for found in templates()])
def test_every_loud_message_is_explained(template: str, where: str) -> None:
    """With what it means and what to do."""
    assert template in explained(), f"{where}: docs/operations.md has no row for it"


def test_nothing_is_explained_that_is_never_said() -> None:
    """A message that was reworded is looked for by its new words."""
    said = {template for template, _ in templates()}
    assert not [row for row in explained() if row not in said]


def errors_of_spark() -> Iterator[tuple[str, str]]:
    """What a session can fail with, up to what is filled in at its end, as a pattern; and where that is."""
    for path in sorted((ROOT / "watcher" / "spark").glob("*.py")):
        calls = (node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call))
        for call in calls:
            if call.args and ast.unparse(call.func).split(".")[-1] in FAILURES:
                text = "".join(_pieces(call.args[0])).split(r":\ .+")[0]
                if text.strip(".+"):
                    yield text, f"{path.name}:{call.lineno}"


def _pieces(text: ast.expr) -> Iterator[str]:
    for part in text.values if isinstance(text, ast.JoinedStr) else [text]:
        yield re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+"


@pytest.mark.parametrize(("text", "where"), [pytest.param(*found, id=found[1]) for found in errors_of_spark()])
def test_every_error_of_a_session_is_explained(text: str, where: str) -> None:
    """It ends a start or pauses the work, and the first who reads it has never seen it before."""
    rows = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert any(re.search(text, row.split(" | ")[0]) for row in rows), f"{where}: docs/operations.md has no row for it"


def test_there_are_messages() -> None:
    """The search finds what there is: else all of this would hold of nothing."""
    assert len({template for template, _ in templates()}) > 20
    assert len({text for text, _ in errors_of_spark()}) > 15
