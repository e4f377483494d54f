"""The house: which room may import from which, nothing lies loose, and no module outgrows its idea.

A room is a folder of `pipeline/`; the few modules beside the rooms are open to all. All imports count, also those inside
functions and those for type checkers.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.support.project import ROOT

HOUSE = ROOT / "pipeline"

# Open to every room; they import from each other alone.
BASE = frozenset(
    """__init__ __version__ errors files intact languages leftovers loaded network part_kinds privacy processes profiles progress
    roles settings source_packages stage_settings timing wheels words""".split()  # noqa: SIM905
)
# Room -> the rooms it may import from.
BELOW_RUN = (
    "audit",
    "concepts",
    "edits",
    "english",
    "formats",
    "media",
    "search",
    "speech",
    "stages",
    "transcript",
)
ARROWS: dict[str, tuple[str, ...]] = {
    "transcript": (),
    "english": (),
    "media": (),
    "speech": ("english", "media", "transcript"),
    "concepts": ("transcript",),
    "formats": ("transcript",),
    "audit": ("english", "transcript", "formats"),
    "stages": ("concepts", "english", "media", "speech", "transcript"),
    "edits": ("formats", "transcript"),
    "search": ("concepts", "formats", "media"),
    "run": BELOW_RUN,
    "commands": ("run", *BELOW_RUN),
    "review": ("commands", "run", *BELOW_RUN),
    "cli": ("review", "commands", "run", *BELOW_RUN),
}
# Packages that only one room knows.
ONLY_IN = {
    "typer": "cli",
    "click": "cli",
    "rich": "cli",
    "starlette": "review",
    "uvicorn": "review",
    "ray": "run",
}
# Slow to load, so imported inside the function that needs them: `vignette --help` answers at once.
HEAVY = frozenset(
    """av cv2 faster_whisper ctranslate2 ffmpeg imageio_ffmpeg huggingface_hub lemminflect onnxruntime pocketsphinx
    pydantic rapidocr ray spacy""".split()  # noqa: SIM905
)
MOST_LINES = 350


def modules() -> list[Path]:
    return sorted(HOUSE.rglob("*.py"))


def room_of(module: str) -> str:
    """The room of `pipeline.room.module`; "" for what is open to all."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[1] not in BASE else ""


@cache
def imports(path: Path) -> tuple[tuple[int, str, bool], ...]:
    """Every import of a file: its line, the module's whole name, and whether it is at the top of the file; read once, since
    half of the tests ask it of every file."""
    return tuple(_imports(path))


def _imports(path: Path) -> Iterator[tuple[int, str, bool]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = {id(node) for node in tree.body}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield node.lineno, name.name, id(node) in top
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}:{node.lineno}: imports are written in full"
            for name in node.names:
                yield node.lineno, f"{node.module}.{name.name}", id(node) in top


def here(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def own_room(path: Path) -> str:
    parts = path.relative_to(HOUSE).parts
    return parts[0] if len(parts) > 1 else ""


def breaches() -> list[str]:
    found = []
    for path in modules():
        room = own_room(path)
        for line, module, _ in imports(path):
            other = room_of(module) if module.startswith("pipeline.") else ""
            if path.name != "__main__.py" and other not in (*ARROWS.get(room, ()), room, ""):
                found.append(f"{here(path)}:{line}: {room or 'a base file'} may not import {module}")
    return found


def test_rooms_import_only_from_the_rooms_that_they_may():
    assert breaches() == []


def test_a_breach_would_be_seen(monkeypatch):
    monkeypatch.setitem(ARROWS, "cli", ())
    assert any("pipeline/cli/run.py" in breach and "pipeline.run" in breach for breach in breaches())


def test_rooms_form_no_circle():
    below = {room: set(others) for room, others in ARROWS.items()}
    while below:
        ground = {room for room, others in below.items() if not others & below.keys()}
        assert ground, f"a circle among {sorted(below)}"
        below = {room: others for room, others in below.items() if room not in ground}


def test_stages_do_not_know_each_other():
    found = []
    for path in sorted((HOUSE / "stages").rglob("*.py")):
        own = path.relative_to(HOUSE / "stages").parts[0].removesuffix(".py")
        others = (m.split(".") for _, m, _ in imports(path) if m.startswith("pipeline.stages."))
        found += [f"{here(path)}: {'.'.join(other)}" for other in others if other[2] != own]
    assert found == []


def test_nothing_lies_loose():
    files = {p.stem for p in HOUSE.glob("*.py")} - {"__main__"}
    rooms = {p.parent.name for p in HOUSE.glob("*/__init__.py")}
    assert files == BASE - {"__version__"}
    assert rooms == ARROWS.keys()
    folders = {p.parent for p in HOUSE.rglob("*.py")} - {HOUSE}
    assert [here(f) for f in folders if not (f / "__init__.py").is_file()] == []


@pytest.mark.parametrize("package", ONLY_IN)
def test_only_one_room_knows(package):
    knows = {own_room(p) for p in modules() if any(m.split(".")[0] == package for _, m, _ in imports(p))}
    assert knows <= {ONLY_IN[package]}


def test_what_is_slow_to_load_is_loaded_when_it_is_needed():
    found = [
        f"{here(path)}:{line}: {module}"
        for path in modules()
        for line, module, at_top in imports(path)
        if at_top and module.split(".")[0] in HEAVY
    ]
    assert found == []


def test_no_module_outgrows_its_idea():
    long = {here(p): n for p in modules() if (n := len(p.read_text("utf-8").splitlines())) > MOST_LINES}
    assert long == {}


def test_tests_live_in_the_room_they_are_about():
    rooms = {*ARROWS, "base", "benchmarks", "support", "data"}
    assert {p.name for p in (ROOT / "tests").iterdir() if p.is_dir() and p.name != "__pycache__"} <= rooms
    loose = {p.name for p in (ROOT / "tests").glob("test_*.py")}
    assert loose == {"test_house.py", "test_project.py", "test_support.py"}
    by_path = [
        here(p)
        for p in (ROOT / "tests").rglob("*.py")
        if any(m.startswith("conftest") for _, m, _ in imports(p))
    ]
    assert by_path == []


def test_the_readme_shows_every_room():
    readme = (ROOT / "README.md").read_text("utf-8")
    plan = readme[readme.index("## How the house is laid out") :]
    shown = {
        line.split()[0].rstrip("/")
        for line in plan.splitlines()
        if line.startswith("      ") and line.split()
    }
    assert ARROWS.keys() <= shown
