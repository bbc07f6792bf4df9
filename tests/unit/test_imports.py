"""Who imports whom, read from the imports themselves."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted([*ROOT.glob("watcher/**/*.py"), *ROOT.glob("train/**/*.py")])
MAY_READ_CONFIG = {
    "backup",
    "check",
    "cli",
    "config",
    "correcting",
    "choosing",
    "config_schema",
    "engines",
    "expire",
    "export",
    "export_labels",
    "find",
    "fresh_file",
    "opening",
    "options",
    "predict",
    "premises",
    "published",
    "reload",
    "repair",
    "report",
    "requeue",
    "run",
    "serving",
    "settings_shown",
    "show",
    "show_verified",
    "status",
    "works",
}
COMMAND_LINES = ("watcher.bars", "watcher.completion", "watcher.epilogs")  # what both programs have alike
HEAVY = {"tensorflow", "keras"}


def imports(path: Path, *, top_only: bool = False) -> Iterator[str]:
    """Dotted names of what a file imports; top_only: when it is imported itself."""
    for node in _at_import(ast.parse(path.read_text(encoding="utf-8"))) if top_only else ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert 0 == node.level, f"{path}: imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _at_import(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) and not _for_types(child):
            yield child
            yield from _at_import(child)


def _for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def ours(names: Iterator[str], package: str) -> set[str]:
    return {name for name in names if name.split(".")[0] == package}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


RECOGNITION = [path for path in MODULES if "recognition" in path.parts]
WATCHER = [path for path in MODULES if path.is_relative_to(ROOT / "watcher") and path not in RECOGNITION]
TRAIN = [path for path in MODULES if path.parts[-2] == "train"]


def test_the_modules_are_found() -> None:
    """These tests look at something."""
    assert (True, True, True) == (len(RECOGNITION) > 8, len(WATCHER) > 25, len(TRAIN) > 15)


@pytest.mark.parametrize("path", RECOGNITION, ids=name)
def test_recognition_knows_only_itself_and_the_errors(path: Path) -> None:
    """Bytes to verdict: no folders, no config, no ledger."""
    assert set() == {
        found
        for found in ours(imports(path), "watcher") | ours(imports(path), "train")
        if not found.startswith(("watcher.recognition.", "watcher.errors."))
    }


@pytest.mark.parametrize("path", WATCHER, ids=name)
def test_only_the_commands_read_the_config(path: Path) -> None:
    """Everything under the service is handed the values it needs."""
    reads = any(found.startswith("watcher.config") for found in imports(path))
    assert not reads or path.stem in MAY_READ_CONFIG or path.parent.name == "checks"


@pytest.mark.parametrize("path", WATCHER + RECOGNITION, ids=name)
def test_the_daemon_never_imports_the_training(path: Path) -> None:
    """`train` builds on `watcher`, never the reverse."""
    assert set() == ours(imports(path), "train")


@pytest.mark.parametrize("path", TRAIN, ids=name)
def test_the_training_uses_recognition_and_errors_alone(path: Path) -> None:
    """It sees pictures as the daemon does, and knows nothing of how the daemon gets them."""
    assert set() == {
        found
        for found in ours(imports(path), "watcher") - {"watcher"}  # for its version
        if not found.startswith(("watcher.recognition.", "watcher.errors.", "watcher.models.", *COMMAND_LINES))
    }


@pytest.mark.parametrize("path", WATCHER + RECOGNITION, ids=name)
def test_tensorflow_is_asked_for_in_one_place_and_late(path: Path) -> None:
    """Only where a Keras model is loaded, and only then."""
    found = {module.split(".")[0] for module in imports(path)} & HEAVY
    assert found <= (HEAVY if path.stem == "keras_model" else set())
    assert set() == {module.split(".")[0] for module in imports(path, top_only=True)} & HEAVY


def test_modules_do_not_import_each_other_in_circles() -> None:
    """At import time, along the arrows, one always comes to an end."""
    names = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in MODULES}
    edges = {module: _modules(imports(path, top_only=True)) & names.keys() for module, path in names.items()}
    while leaves := {module for module, targets in edges.items() if not targets - {module}}:
        edges = {module: targets - leaves for module, targets in edges.items() if module not in leaves}
    assert {} == edges


def _modules(found: Iterator[str]) -> set[str]:
    return {".".join(one.split(".")[:depth]) for one in found for depth in (2, 3)}


def test_the_daemon_starts_without_numpy_opencv_and_tensorflow() -> None:
    """Pictures are opened by reader processes alone; the daemon starts fast and stays small."""
    code = "import sys, watcher.daemon, watcher.run; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert set() == {"numpy", "cv2", "tensorflow", "keras", "ai_edge_litert"} & set(loaded.split())


def test_help_needs_next_to_nothing() -> None:
    """`--help` answers at once: nothing but click is loaded for it."""
    code = "import sys, watcher.cli; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert set() == {"pydantic", "yaml", "sqlite3", "watchdog", "numpy", "cv2"} & set(loaded.split())
