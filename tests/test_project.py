"""The project itself: the wheel runs outside the clone, the Makefile says what is missing, nothing heavy loads early."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support.project import ROOT, new_project

NO_PYTHON = "Vignette needs Python 3.11"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel's contents, unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT],
        check=True, capture_output=True,
    )  # fmt: skip
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def python_outside(wheel, cwd, *args):
    env = {"PATH": os.defpath, "PYTHONPATH": str(wheel), "HOME": str(cwd)}
    return subprocess.run([sys.executable, *args], cwd=cwd, env=env, text=True, capture_output=True)


def test_the_wheel_holds_what_the_code_reads(wheel):
    assert (wheel / "pipeline" / "data" / "concepts.toml").is_file()
    assert (wheel / "pipeline" / "data" / "speaker_lda.npz").is_file()
    assert (wheel / "pipeline" / "formats" / "document" / "schema.json").is_file()
    assert not list(wheel.rglob("*.mp4"))
    assert not (wheel / "tests").exists()


def test_the_wheel_runs_outside_the_clone(wheel, tmp_path):
    where = python_outside(wheel, tmp_path, "-c", "import pipeline; print(pipeline.__file__)")
    assert str(wheel) in where.stdout
    project = new_project(tmp_path / "p")
    shutil.copy(ROOT / "media" / "demo.en.srt", project.media / "demo.en.srt")
    ran = python_outside(wheel, project.folder, "-m", "pipeline", "doctor")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    found = python_outside(
        wheel, tmp_path, "-c", "from pipeline.files import data_file; print(data_file('concepts.toml'))"
    )
    assert Path(found.stdout.strip()) == wheel / "pipeline" / "data" / "concepts.toml"


def test_help_loads_nothing_heavy():
    code = "import sys, pipeline.cli.app; print(' '.join(sys.modules))"
    loaded = set(
        subprocess.run(
            [sys.executable, "-c", code], text=True, capture_output=True, check=True, cwd=ROOT
        ).stdout.split()
    )
    heavy = {
        "numpy",
        "av",
        "spacy",
        "faster_whisper",
        "ctranslate2",
        "onnxruntime",
        "pocketsphinx",
        "pydantic",
        "rich.progress",
    }
    assert not heavy & loaded


def test_constraints_name_versions_and_no_places():
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+( ; python_version [!=]= \"3\.\d+\")?", p) for p in pins)


@pytest.mark.skipif(os.name == "nt", reason="make is for POSIX")
def test_make_without_python_says_so_in_one_sentence(tmp_path):
    path = tmp_path / "bin"
    path.mkdir()
    for tool in ("sh", "make"):
        (path / tool).symlink_to(shutil.which(tool))
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "constraints.txt").touch()
    ran = subprocess.run(
        ["make", "subtitles"], cwd=tmp_path, env={"PATH": str(path)}, text=True, capture_output=True
    )
    assert ran.returncode != 0
    assert [line for line in ran.stderr.splitlines() if NO_PYTHON in line]


@pytest.mark.skipif(os.name == "nt", reason="make is for POSIX")
def test_make_with_a_python_that_has_no_venv_says_so(tmp_path):
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in ("pyproject.toml", "constraints.txt"):
        (tmp_path / name).touch()
    ran = subprocess.run(
        ["make", "subtitles", f"PYTHON={broken}"], cwd=tmp_path, text=True, capture_output=True
    )
    assert ran.returncode != 0
    assert "cannot make virtual environments" in ran.stderr
    assert not (tmp_path / ".venv").exists()


@pytest.mark.skipif(os.name == "nt", reason="make is for POSIX")
def test_make_alone_lists_the_targets():
    ran = subprocess.run(["make"], cwd=ROOT, text=True, capture_output=True, check=True)
    assert all(
        target in ran.stdout for target in ("subtitles", "test", "test-slow", "models", "lint", "clean")
    )


@pytest.fixture
def set_up(tmp_path):
    """A clone that is set up: its Python prints what it was called with, an argument a line."""
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    python = tmp_path / ".venv" / "bin" / "python"
    python.write_text('#!/bin/sh\nfor a in "$@"; do printf "%s\\n" "$a"; done\n')
    python.chmod(0o755)
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in ("pyproject.toml", "constraints.txt"):
        (tmp_path / name).touch()
    for name in (".run", ".dev"):
        (tmp_path / ".venv" / name).touch()
    return tmp_path


def made(folder, *args, **variables):
    ran = subprocess.run(
        ["make", "-s", *args],
        cwd=folder,
        text=True,
        capture_output=True,
        env={"PATH": os.defpath, **variables},
    )
    return ran.returncode, ran.stdout.splitlines(), ran.stderr


ODD = ['"drinking binge"', "$HOME", "$$HOME", "it's", "a `id` $(id) ${x}", "$(", "x; y & z", "-work shame", "a\\b", "#c",
       "concept:trigger -> concept:feedback within 60s", "50 % \u201cso\u201d"]  # fmt: skip


@pytest.mark.skipif(os.name == "nt", reason="make is for POSIX")
@pytest.mark.parametrize("query", ODD)
def test_a_query_survives_make(set_up, query):
    for status, out, _ in (made(set_up, "search", f"Q={query}"), made(set_up, "search", Q=query)):
        assert status == 0
        assert out[-4:] == ["pipeline", "search", "--", query]


@pytest.mark.skipif(os.name == "nt", reason="make is for POSIX")
def test_make_search_without_a_query_is_one_sentence(set_up):
    for args in (["search"], ["search", "Q="]):
        status, out, said = made(set_up, *args)
        assert (status != 0, out) == (True, [])
        assert said.splitlines()[0].startswith("make search needs a query: make search Q=")


@pytest.mark.skipif(os.name == "nt", reason="make is for POSIX")
@pytest.mark.parametrize("name", ["media/my talk.mp4", "media/$1 a'b.mp4"])
def test_a_recording_with_any_name_survives_make(set_up, name):
    assert made(set_up, "subtitles", f"MEDIA={name}")[1] == ["-m", "pipeline", "run", name]
    assert made(set_up, "subtitles")[1] == ["-m", "pipeline", "run"]


@pytest.mark.skipif(os.name == "nt", reason="make is for POSIX")
def test_make_models_fetches_what_is_named(set_up):
    assert made(set_up, "models")[1][-1] == "small.en"
    assert made(set_up, "models", "MODEL=base")[1][-1] == "base"


def test_no_library_reports_that_it_was_used(tmp_path):
    """The runtime of our networks would leave a tracking id in the home directory and ask its maker's servers."""
    heard = "import numpy, pipeline.media.facts; from pipeline.speech import vad; vad._network()"
    subprocess.run(
        [sys.executable, "-c", heard], check=True, cwd=ROOT, env={**os.environ, "HOME": str(tmp_path)}
    )
    assert list(tmp_path.rglob("*")) == []
