"""Imports run one way: core <- outputs; hardware and sounds stand alone; only the shell knows everyone."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# folder -> the project's own packages its files may import
MAY = {
    "station/core": {"station.core"},
    "station/outputs": {"station.core", "station.outputs", "station.german", "sounds"},  # german: a table, no more
    "hardware": {"hardware"},
    "sounds": {"sounds"},
}
# The pure core may use nothing that reads a clock, a file or a wire, or that logs.
FORBIDDEN_IN_CORE = {
    "time", "datetime", "os", "io", "pathlib", "socket", "threading", "asyncio", "multiprocessing", "subprocess",
    "logging", "random", "sqlite3", "queue", "pygame", "paho", "gpiozero", "scipy",
}  # fmt: skip
# What costs too much to import where it is not used: only inside the function or class that needs it.
ONLY_INSIDE = {
    "pygame", "paho", "gpiozero", "adafruit_ads1x15", "adafruit_extended_bus", "edfio", "matplotlib", "rich", "iotcore",
    "cryptography",
}  # fmt: skip
OURS = {"station", "hardware", "sounds"}


def files(folder: str) -> list[Path]:
    return sorted(p for p in (ROOT / folder).rglob("*.py") if ".venv" not in p.parts)


def imports(path: Path, *, top_only: bool = False) -> list[tuple[int, str]]:
    tree = ast.parse(path.read_text())
    nodes = _top(tree) if top_only else list(ast.walk(tree))
    found = []
    for node in nodes:
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import; write the whole path"
            found.append((node.lineno, node.module or ""))
            if node.module in OURS | {"station.outputs"}:
                found += [(node.lineno, f"{node.module}.{alias.name}") for alias in node.names]
    return found


def _top(tree: ast.Module) -> list[ast.stmt]:
    """Statements that run at import, those under `if TYPE_CHECKING:` left out."""
    return [n for n in tree.body if not isinstance(n, ast.If)]


@pytest.mark.parametrize("folder", MAY)
def test_imports_run_one_way(folder: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {name}"
        for path in files(folder)
        for line, name in imports(path)
        if name.split(".")[0] in OURS and not any(name == ok or name.startswith(ok + ".") for ok in MAY[folder])
        if not (folder == "station/outputs" and name == "station")
    ]
    assert not wrong, "\n".join(wrong)


def test_the_core_is_pure() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {name}"
        for path in files("station/core")
        for line, name in imports(path)
        if name.split(".")[0] in FORBIDDEN_IN_CORE
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("folder", ["station", "hardware", "sounds"])
def test_vendor_packages_are_imported_only_where_they_are_used(folder: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {name}"
        for path in files(folder)
        for line, name in imports(path, top_only=True)
        if name.split(".")[0] in ONLY_INSIDE
    ]
    assert not wrong, "\n".join(wrong)


def test_no_file_makes_you_scroll() -> None:
    long = [
        f"{path.relative_to(ROOT)}: {count} lines"
        for folder in ("station", "hardware", "sounds")
        for path in files(folder)
        if (count := len(path.read_text().splitlines())) > 400
    ]
    assert not long, "\n".join(long)


def test_every_folder_has_a_readme() -> None:
    folders = [
        "station",
        "station/core",
        "station/outputs",
        "hardware",
        "hardware/sensors",
        "sounds",
        "systemd",
        "tests",
    ]
    missing = [folder for folder in folders if not (ROOT / folder / "README.md").exists()]
    assert not missing, missing
