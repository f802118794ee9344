"""The project's own files as they are tracked or about to be, and what they import."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("hub", "drivers", "ui", "sync", "medhub")


@cache
def files(*patterns: str) -> tuple[Path, ...]:
    """All files git knows or would add, matching any of the patterns, relative to the root."""
    command = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\n")
    return tuple(sorted(Path(name) for name in listed if name and (ROOT / name).is_file()))


@cache
def modules() -> dict[str, Path]:
    """Dotted name → file, of every module that is shipped."""
    found = {}
    for path in files(*(f"{package}/*.py" for package in PACKAGES)):
        parts = path.with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), filename=str(path))


def imports(module: str) -> Iterator[str]:
    """Every module that `module` imports, at any depth of its code; `from a import b` is a.b where that is a module."""
    package = module if modules()[module].name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(parsed(modules()[module])):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            up = package.split(".")[: len(package.split(".")) + 1 - node.level] if node.level else []
            base = ".".join([*up, *([node.module] if node.module else [])])
            yield from (f"{base}.{a.name}" if f"{base}.{a.name}" in modules() else base for a in node.names)
        elif isinstance(node, ast.Call) and _called(node) == "import_module":
            yield from (str(a.value) for a in node.args if isinstance(a, ast.Constant))


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
