"""The project's own files, and what they import."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("hub", "drivers", "ui", "sync", "medhub")


@cache
def files(*patterns: str) -> tuple[Path, ...]:
    """The project's files that match any of the patterns, relative to the root; nothing that is made or installed."""
    found = {path.relative_to(ROOT) for pattern in patterns for path in ROOT.glob(pattern) if path.is_file()}
    return tuple(sorted(path for path in found if not _made(path)))


def _made(path: Path) -> bool:
    """By .gitignore's names, without asking git: a copy of the tree has none, and git minds who owns it."""
    top = path.parts[0]
    hidden = top.startswith(".") and top not in {".ci", ".gitignore"}
    return (
        hidden or top in {"out", "build", "dist"} or any(p.endswith((".egg-info", "__pycache__")) for p in path.parts)
    )


@cache
def modules() -> dict[str, Path]:
    """Dotted name → file, of every module that is shipped."""
    found = {}
    for path in files(*(f"{package}/**/*.py" for package in PACKAGES)):
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
