"""Slow: real recordings through the whole run, with truth; and a run that is killed again and again.

The recordings are not ours to publish; they are read from the folder that VIGNETTE_DATA names.
"""

from __future__ import annotations

import difflib
import json
import os
import random
import re
import shutil
import signal
from pathlib import Path

import pytest

from tests.run.test_run import only
from tests.support.project import new_project
from tests.support.schema import must_be_valid
from tests.support.waiting import Seen, wait_until

pytestmark = pytest.mark.slow

DATA = Path(os.environ["VIGNETTE_DATA"]) / "speech" if os.environ.get("VIGNETTE_DATA") else None
needs_data = pytest.mark.skipif(DATA is None, reason="VIGNETTE_DATA does not name the folder of recordings")


def scripted():
    """Recordings that came with what is said in them."""
    return (
        sorted(p.parent for p in DATA.glob("*/ref.txt") if p.read_text(encoding="utf-8").strip())
        if DATA
        else []
    )


@pytest.fixture(scope="module")
def captioned_recordings(tmp_path_factory):
    """Every real recording with its text as a script, in one run."""
    project = new_project(tmp_path_factory.mktemp("real") / "project")
    for folder in scripted():
        (audio,) = folder.glob("audio.*")
        shutil.copy(audio, project.media / f"{folder.name}{audio.suffix}")
        shutil.copy(folder / "ref.txt", project.media / f"{folder.name}.txt")
    return project, project.run("run", "--json")


def documents(project):
    return {p.stem: json.loads(p.read_text(encoding="utf-8")) for p in project.out.glob("*.json")}


def plain(word):
    return re.sub(r"[^a-z0-9']", "", word.lower().replace("’", "'"))


def onset_errors(document, truth):
    """Errors of the onsets (ms) of the words that both have, matched in reading order."""
    ours = [(plain(w["text"]), w["start_ms"]) for u in document["utterances"] for w in u["words"]]
    theirs = [
        (plain(w["word"]), round(w["start"] * 1000))
        for w in truth
        if not w.get("loose") and not w.get("partial")
    ]
    matcher = difflib.SequenceMatcher(None, [w for w, _ in theirs], [w for w, _ in ours], autojunk=False)
    return [
        abs(ours[b + k][1] - theirs[a + k][1]) for a, b, n in matcher.get_matching_blocks() for k in range(n)
    ]


@needs_data
def test_every_real_recording_becomes_captions(captioned_recordings):
    project, ran = captioned_recordings
    failed = {r["media"]: r["error"]["message"] for r in ran.json["recordings"] if r["error"]}
    assert not failed
    assert len(documents(project)) == len(scripted()) > 20
    for document in documents(project).values():
        must_be_valid(document)
        assert document["cues"]


@needs_data
@pytest.mark.parametrize(
    ("names", "within_ms", "share"),
    [("ami_*", 300, 0.90), ("emuae_a", 100, 0.9), ("ldc93s1", 100, 0.9), ("mfa_acoustic_corpus", 100, 0.9)],
)
def test_words_of_real_speech_are_where_they_are_said(captioned_recordings, names, within_ms, share):
    project, _ = captioned_recordings
    errors = []
    for folder in DATA.glob(names):
        if not (folder / "ref.json").is_file():
            continue
        truth = json.loads((folder / "ref.json").read_text(encoding="utf-8"))
        document = documents(project).get(folder.name)
        if document and truth and "word" in truth[0]:
            errors += onset_errors(document, truth)
    assert errors
    assert sum(e <= within_ms for e in errors) / len(errors) >= share


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX")
def test_a_run_killed_at_random_moments_ends_like_one_that_was_not(clip_project, captioned_clip):
    luck, killed = random.Random(7), 0
    clip_project.out.mkdir()
    for _ in range(8):
        seen = Seen(clip_project.out)
        enough = seen.count() + luck.randint(0, 5)
        process = clip_project.start("run", start_new_session=True)
        if wait_until(lambda seen=seen, enough=enough: seen.count() >= enough, process):
            os.killpg(process.pid, signal.SIGKILL)
            killed += 1
        process.communicate()
        assert not list(clip_project.out.glob("*.part"))
    assert killed >= 4
    assert only(clip_project.run("run", "--json"))["status"] in ("done", "up to date")
    for path in captioned_clip.out.glob("clip.*"):
        assert (clip_project.out / path.name).read_bytes() == path.read_bytes()
