"""Shared by all tests: the command line as a stranger runs it, and real recordings to run it on.

Commands run in a project folder, with nothing of the machine's environment and no ffmpeg on the PATH, every connection
to the network forbidden and every signal as a shell gives it: `run` in a process of their own, `quick` in this one.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import browser, examples, no_network, signals, skips
from tests.support.project import (
    CLIP_S,
    MEDIA,
    TRUTH,
    Project,
    copy_of,
    cut_off,
    made_once,
    models_without_whisper,
    new_project,
)

examples.begin()
no_network.tests_own = True


def pytest_configure(config: pytest.Config) -> None:
    signals.pass_on_nothing()
    skips.watch(config)


@pytest.fixture(autouse=True, scope="session")
def no_whisper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """None of the weights that this clone has fetched, but for the speaker encoder."""
    folder = tmp_path_factory.mktemp("models")
    models_without_whisper(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VIGNETTE_MODELS", str(folder))
        yield


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """An empty project."""
    return new_project(tmp_path / "project")


@pytest.fixture(scope="session")
def truth() -> Any:
    """What is said in the demo, by whom and when; see the builder under benchmarks/."""
    return json.loads(TRUTH.read_text(encoding="utf-8"))


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
    return copy_of(captioned_clip, tmp_path / "captioned")


@pytest.fixture
def page() -> Iterator[Any]:
    """An empty page of a real browser; tests that take it carry the mark `browser`."""
    with browser.opened() as empty:
        yield empty
