"""A project folder as a user has it, commands run in it as a stranger runs them, and what tests make once for all of them."""

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

from pipeline.speech import segmentation_weights
from pipeline.speech.voices.encoder_weights import CAMPPLUS_FILE, GE2E_FILE
from tests.support import no_network

ROOT = Path(__file__).resolve().parents[2]


MEDIA = ROOT / "media"


TRUTH = ROOT / "tests" / "data" / "demo_truth.json"

# In a project's folder: what its processes find on their paths.
GUARD = ".guard"


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
        from pipeline.cli.app import main

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


def copy_of(project: Project, folder: Path) -> Project:
    """A copy of a project, to be changed at will; without the folder of what its processes found, which each run makes anew and
    in which links to the networks of some twenty megabytes stand."""
    shutil.copytree(project.folder, folder, ignore=shutil.ignore_patterns(GUARD))
    return Project(folder)


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
    guard = folder / GUARD
    guard.mkdir(exist_ok=True)
    shutil.copy(no_network.__file__, guard / "sitecustomize.py")
    models_without_whisper(guard / "models")
    kept = {k: os.environ[k] for k in ("SYSTEMROOT", "HOME", "TMPDIR", "TEMP") if k in os.environ}
    return {
        **kept,
        "PATH": str(guard),
        "PYTHONPATH": f"{guard}{os.pathsep}{ROOT}",
        "PYTHONIOENCODING": "utf-8",
        "XDG_CONFIG_HOME": str(folder / ".config"),
        "VIGNETTE_MODELS": str(guard / "models"),
        "VIGNETTE_JOBS": "1",  # in this process, and the same on every machine; tests of several at once say so
    }


def models_without_whisper(folder: Path) -> None:
    """A folder of models that holds the networks for speakers and none of Whisper's weights: what tests find must not depend
    on what this clone has fetched."""
    folder.mkdir(exist_ok=True)
    for name in (CAMPPLUS_FILE, GE2E_FILE, segmentation_weights.FILE):
        encoder = ROOT / "models" / name
        if encoder.is_file() and not (folder / name).exists():
            (folder / name).symlink_to(encoder)


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


def captioned_demo(factory: pytest.TempPathFactory) -> tuple[Project, Ran]:
    """The whole demo as a stranger runs it, once per session, and what the run said; copy it before changing it.

    What a second ear heard is committed, so that no weights are needed here.
    """

    def make(folder: Path) -> None:
        made = new_project(folder / "project", read_text=True)
        for path in MEDIA.glob("demo.*"):
            shutil.copy(path, made.media)
        known = made.out / ".work" / "demo"
        known.mkdir(parents=True)
        shutil.copy(ROOT / "transcripts" / ".work" / "demo" / "witness.json", known)
        (folder / "ran").write_bytes(pickle.dumps(made.run("run", "--json")))

    folder = made_once(factory, "demo", make)
    return Project(folder / "project"), pickle.loads((folder / "ran").read_bytes())


CLIP_S = 24


def cut_off(film: Path, seconds: int, to: Path) -> None:
    """Write the first `seconds` of a film."""
    from pipeline.media.ffmpeg import ffmpeg_binary

    subprocess.run(
        [ffmpeg_binary(), "-v", "error", "-i", film, "-t", str(seconds), "-c", "copy", to], check=True
    )
