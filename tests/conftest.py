"""Shared by all tests: the command line as a stranger runs it, and real recordings to run it on.

Commands run in a project folder, with nothing of the machine's environment and no ffmpeg on the PATH, every connection
to the network forbidden and every signal as a shell gives it: `run` in a process of their own, `quick` in this one.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from hypothesis import settings
from support import browser, no_network, signals, skips

# The same examples on every machine, however slow it is: a change is judged by what it does, not by the luck of a draw.
# For a wider hunt run with HYPOTHESIS_PROFILE=default.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))

ROOT = Path(__file__).resolve().parent.parent
MEDIA = ROOT / "media"
TRUTH = Path(__file__).parent / "data" / "demo_truth.json"

no_network.tests_own = True


def pytest_configure(config: pytest.Config) -> None:
    signals.pass_on_nothing()
    skips.watch(config)


@dataclass(frozen=True)
class Ran:
    """What a command left: its exit status and what it printed."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Project:
    """A folder as a user has it: media/ and what comes out of it."""

    folder: Path

    @property
    def media(self) -> Path:
        return self.folder / "media"

    @property
    def out(self) -> Path:
        return self.folder / "transcripts"

    def start(self, *args: str | Path, **more: Any) -> subprocess.Popen[str]:
        """Begin `vignette ARGS` here."""
        command = [sys.executable, "-m", "pipeline", *map(str, args)]
        return subprocess.Popen(
            command, cwd=self.folder, env=environment(self.folder), text=True, encoding="utf-8",
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, **more,
        )  # fmt: skip

    def run(self, *args: str | Path) -> Ran:
        """`vignette ARGS` here, to its end."""
        process = self.start(*args)
        out, err = process.communicate(timeout=300)
        assert "Traceback" not in err, err
        return Ran(process.returncode, out, err)

    def quick(self, *args: str | Path) -> Ran:
        """`vignette ARGS` here, in this very process: where what the command does is the point, and not its process."""
        from pipeline.cli import main

        out, err, status = io.StringIO(), io.StringIO(), 0
        with (
            as_a_process_in(self.folder, ["vignette", *map(str, args)]),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            try:
                main()
            except SystemExit as stopped:
                status = stopped.code if isinstance(stopped.code, int) else 0
        assert "Traceback" not in err.getvalue(), err.getvalue()
        return Ran(status, out.getvalue(), err.getvalue())


@contextlib.contextmanager
def as_a_process_in(folder: Path, argv: list[str]) -> Iterator[None]:
    """What a process of its own would find there: its folder, its arguments, the same environment, no network at all."""
    here, arguments, variables = Path.cwd(), sys.argv, dict(os.environ)
    os.chdir(folder)
    sys.argv = argv
    os.environ.clear()
    os.environ.update(environment(folder))
    no_network.tests_own = False
    try:
        yield
    finally:
        no_network.tests_own = True
        os.environ.clear()
        os.environ.update(variables)
        sys.argv = arguments
        os.chdir(here)


def environment(folder: Path) -> dict[str, str]:
    """Nothing of the machine's but what Python itself needs."""
    guard = folder / ".guard"
    guard.mkdir(exist_ok=True)
    shutil.copy(no_network.__file__, guard / "sitecustomize.py")
    kept = {k: os.environ[k] for k in ("SYSTEMROOT", "HOME", "TMPDIR", "TEMP") if k in os.environ}
    return {
        **kept,
        "PATH": str(guard),
        "PYTHONPATH": f"{guard}{os.pathsep}{ROOT}",
        "PYTHONIOENCODING": "utf-8",
    }


def new_project(folder: Path, read_text: bool = False) -> Project:
    """An empty project in `folder`; `read_text` lets its runs read the screen, which takes most of a short run's time."""
    (folder / "media").mkdir(parents=True)
    if not read_text:
        (folder / "vignette.toml").write_text("[picture]\nread_text = false\n", encoding="utf-8")
    return Project(folder)


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A new folder that `make` fills: once per session, by whichever of the parallel workers comes first."""
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / f"once_{name}"
    whole = folder.with_suffix(".whole")
    with FileLock(folder.with_suffix(".lock")):
        if not whole.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            whole.touch()
    return folder


def computed_once(factory: pytest.TempPathFactory, name: str, compute: Callable[[], Any]) -> Any:
    """What `compute` returns: computed once per session, a copy for each of the parallel workers."""

    def make(folder: Path) -> None:
        (folder / "value").write_bytes(pickle.dumps(compute()))

    return pickle.loads((made_once(factory, name, make) / "value").read_bytes())


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """An empty project."""
    return new_project(tmp_path / "project")


@pytest.fixture(scope="session")
def truth() -> Any:
    """What is said in the demo, by whom and when; see the builder under benchmarks/."""
    return json.loads(TRUTH.read_text(encoding="utf-8"))


CLIP_S = 24


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory, truth: Any) -> Path:
    """A folder with `clip.mp4`, the first seconds of the demo, and `clip.txt`, the script of what is said in them."""

    def make(folder: Path) -> None:
        cut_off(MEDIA / "demo.mp4", CLIP_S, folder / "clip.mp4")
        said = [
            u["text"] for u in truth["utterances"] if u["end_ms"] < CLIP_S * 1000 and not u["backchannel"]
        ]
        (folder / "clip.txt").write_text("\n\n".join(said) + "\n", encoding="utf-8")

    return made_once(tmp_path_factory, "clip", make)


def cut_off(film: Path, seconds: int, to: Path) -> None:
    """Write the first `seconds` of a film."""
    from pipeline.ffmpeg import ffmpeg_binary

    subprocess.run(
        [ffmpeg_binary(), "-v", "error", "-i", film, "-t", str(seconds), "-c", "copy", to], check=True
    )


@pytest.fixture
def clip_project(project: Project, clip: Path) -> Project:
    """A project of its own with the clip and its script."""
    for path in clip.iterdir():
        shutil.copy(path, project.media)
    return project


@pytest.fixture(scope="session")
def captioned_clip(tmp_path_factory: pytest.TempPathFactory, clip: Path) -> Project:
    """The clip captioned with its script, once per session; copy it before changing it."""

    def make(folder: Path) -> None:
        made = new_project(folder / "project")
        for path in clip.iterdir():
            shutil.copy(path, made.media)
        ran = made.run("run", "--json")
        assert ran.status == 0, ran.out

    return Project(made_once(tmp_path_factory, "captioned", make) / "project")


@pytest.fixture
def captioned(tmp_path: Path, captioned_clip: Project) -> Project:
    """A copy of the captioned clip, to be changed at will."""
    shutil.copytree(captioned_clip.folder, tmp_path / "captioned")
    return Project(tmp_path / "captioned")


@pytest.fixture
def page() -> Iterator[Any]:
    """An empty page of a real browser; tests that take it carry the mark `browser`."""
    with browser.opened() as empty:
        yield empty
