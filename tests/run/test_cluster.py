"""A run on many machines: what is decided without Ray, and, where Ray is, a real cluster of two nodes on loopback."""

from __future__ import annotations

import json
import os
import pickle
import signal
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import UsageError
from pipeline.processes import descendants
from pipeline.run import cluster, graph, handover
from pipeline.run.cluster_driver import Step, forced_in, no_room, steps
from pipeline.run.jobs import Job
from pipeline.run.outcome import Outcome, Status
from pipeline.run.store import Store
from pipeline.settings import Settings
from tests.run.test_several import all_end_within, artefacts, without_times, written
from tests.support.clips import broken, clips
from tests.support.clusters import listening, nodes, start, titled
from tests.support.project import Project, new_project
from tests.support.waiting import wait_until

JOB = Job(Path("talk.wav"), Path("transcripts"), Settings(), Path("talk.en.srt"))

# --- without Ray ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address", ["", "head", "10.0.0.5", "ray://10.0.0.5:10001", "10.0.0.5:0", "a b:1", "h:99999"]
)
def test_what_is_no_address(address):
    with pytest.raises(UsageError, match="no address"):
        cluster.host_and_port(address)


@pytest.mark.parametrize(
    ("address", "alone"),
    [
        ("", True),
        ("127.0.0.1:6379", True),
        ("127.8.8.8:1", True),
        ("localhost:6379", True),
        ("[::1]:6379", True),
        ("10.0.0.5:6379", False),
        ("[fe80::1]:6379", False),
        ("head.example:6379", False),
        ("127.0.0.1.example:6379", False),
    ],
)
def test_a_cluster_on_a_network_is_warned_of(address, alone):
    assert cluster.is_loopback(address) == alone
    assert ("can run code" in cluster.warning(address)) != alone


def test_without_ray_the_command_says_how_to_get_it(project, monkeypatch):
    monkeypatch.setattr(cluster, "find_spec", lambda name: None)
    clips(project.media, 1)
    ran = project.quick("run", "--cluster", "auto")
    assert ran.status == 2
    assert "[cluster]" in ran.err and len(ran.err.splitlines()) == 1


def test_the_steps_of_a_recording_are_all_stages_in_their_order():
    names = graph.names()
    firsts = [names.index(step.first) for step in steps(JOB)]
    lasts = [names.index(step.until) if step.until else len(names) - 1 for step in steps(JOB)]
    assert firsts == [0, *(last + 1 for last in lasts[:-1])]
    assert lasts[-1] == len(names) - 1


@pytest.mark.parametrize("force", [None, *graph.names()])
def test_a_forced_stage_forces_what_comes_after_it_and_nothing_before(force):
    names, forced = graph.names(), set()
    for step in steps(JOB):
        first = forced_in(step, force)
        last = names.index(step.until) if step.until else len(names) - 1
        forced |= set(names[names.index(first) : last + 1]) if first else set()
    assert forced == (set(names[names.index(force) :]) if force else set())


@pytest.mark.parametrize(
    ("machines", "fit"),
    [
        ([], False),
        ([{"CPU": 1, "memory": 2e9}], True),
        ([{"CPU": 8, "memory": 1e8}, {"memory": 64e9}, {"CPU": 0.5, "memory": 64e9}], False),
        ([{"CPU": 8, "memory": 1e8}, {"CPU": 1, "memory": 64e9}], True),
    ],
)
def test_a_recording_that_no_machine_holds_is_not_waited_for(machines, fit):
    found = no_room(steps(JOB), machines, "10.0.0.5:6379")
    assert (found is None) == fit
    assert fit or "GB of memory" in str(found)


def test_a_step_on_a_graphics_card_needs_one():
    (step,) = (Step("all", "sound", "", 10**9, gpus=1),)
    assert no_room([step], [{"CPU": 8, "memory": 64e9}], "") is not None
    assert no_room([step], [{"CPU": 8, "memory": 64e9, "GPU": 1}], "") is None


def test_an_outcome_is_taken_under_its_own_seal_alone(tmp_path):
    store = Store(tmp_path)
    outcome = Outcome(Path("talk.wav"), Status.DONE, "draft", needs=("a look",))
    handover.hand_over(store, outcome, b"key")
    assert handover.taken(store, b"key") == outcome
    assert handover.taken(store, b"key") is None
    handover.hand_over(store, outcome, b"another run's")
    assert handover.taken(store, b"key") is None
    (tmp_path / handover.HANDED_OVER).write_bytes(bytes(32) + pickle.dumps(print))
    assert handover.taken(store, b"key") is None


# --- with Ray -------------------------------------------------------------------------------------------------------

on_a_cluster = [
    pytest.mark.cluster,
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed"),
]


def material(folder: Path) -> Project:
    project = new_project(folder)
    clips(project.media, 6)
    broken(project.media, 2)
    return project


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Any]:
    """The folder, run on this machine one recording after the other."""
    project = material(tmp_path_factory.mktemp("local") / "project")
    return project, project.quick("run", "--json").json


def answer(process: Any) -> tuple[int, Any, str]:
    out, err = process.communicate(timeout=300)
    assert "Traceback" not in err, err
    return process.returncode, json.loads(out), err


def assert_same(project: Project, found: Any, local: tuple[Project, Any]) -> None:
    assert written(project) == written(local[0])
    assert artefacts(project) == artefacts(local[0])
    assert without_times(found)["recordings"] == without_times(local[1])["recordings"]


def words_of(folder: Path) -> set[bytes]:
    """What is said in the subtitles of a folder, a line each."""
    return {path.read_bytes().splitlines()[2] for path in folder.glob("*.srt") if b"-->" in path.read_bytes()}


def holding(folder: Path, words: set[bytes]) -> list[Path]:
    """The files below a folder that hold any of these words."""
    files = [p for p in folder.rglob("*") if p.is_file() and not p.is_symlink()]
    return [p for p in files if any(said in p.read_bytes() for said in words)]


class TestOnACluster:
    pytestmark = on_a_cluster

    def test_a_worker_and_then_a_machine_die_and_the_bytes_are_those_of_a_local_run(self, tmp_path, local):
        project = material(tmp_path / "project")
        with nodes() as two:
            process = start(project, "--json", "--cluster", two.address)
            assert wait_until(lambda: titled("ray::vignette"), process)
            os.kill(titled("ray::vignette")[0], signal.SIGKILL)
            work = project.out / ".work"
            assert wait_until(lambda: len(list(work.glob("*/align.json"))) >= 2, process)
            os.kill(two.others[0], signal.SIGKILL)
            status, found, _ = answer(process)
            assert holding(two.session, words_of(project.media)) == []
        assert status == 1  # two recordings are broken
        assert_same(project, found, local)
        assert not list(project.out.rglob(handover.HANDED_OVER))

    def test_the_head_goes_away_and_the_next_run_goes_on(self, tmp_path, local):
        project = material(tmp_path / "project")
        with nodes() as two:
            process = start(project, "--cluster", two.address)
            work = project.out / ".work"
            assert wait_until(lambda: len(list(work.glob("*/align.json"))) >= 2, process)
            os.kill(two.head, signal.SIGKILL)
            _, err = process.communicate(timeout=60)
            assert process.returncode == 1
            (sentence,) = [line for line in err.splitlines() if line.startswith("vignette: ")]
            assert "head went away" in sentence and "Traceback" not in err
        heard = {p.parent.name for p in work.glob("*/align.json")}
        again = project.quick("run", "--json").json
        for recording in again["recordings"]:
            if Path(recording["media"]).stem in heard:
                assert "align" not in [s["name"] for s in recording["stages"] if s["done"]]
        assert written(project) == written(local[0])

    def test_a_cluster_of_ones_own_is_on_loopback_and_leaves_nothing(self, tmp_path, local):
        project = material(tmp_path / "project")
        process = start(project, "--json", "--cluster", "auto")
        assert wait_until(lambda: titled("ray::vignette"), process)
        family = set(descendants(process.pid))
        assert listening(family) <= {"0100007F", "0000000000000000FFFF00000100007F", "0" * 24 + "01000000"}
        assert listening(family)
        status, found, err = answer(process)
        assert status == 1
        assert "warning" not in err
        assert_same(project, found, local)
        assert all_end_within(family, 10)
        assert not list(project.folder.glob(".ray*")) and not list(
            Path("/tmp").glob(f"vignette-{process.pid}-*")
        )

    def test_without_the_network_loopback_stays_and_nothing_else(self, tmp_path, local):
        project = material(tmp_path / "project")
        process = start(project, "--json", "--no-network", "--cluster", "auto")
        out, err = process.communicate(timeout=300)
        if process.returncode == 2:  # a system that has no network namespaces for us
            assert "cannot leave it here" in json.loads(out)["error"]["message"]
            return
        assert process.returncode == 1, err
        assert_same(project, json.loads(out), local)

    def test_control_c_stops_a_cluster_of_ones_own(self, tmp_path):
        project = material(tmp_path / "project")
        process = start(project, "--cluster", "auto", start_new_session=True)
        assert wait_until(lambda: titled("ray::vignette"), process)
        family = set(descendants(process.pid))
        since = time.monotonic()
        os.killpg(process.pid, signal.SIGINT)
        process.wait(timeout=30)
        took_s = time.monotonic() - since
        _, err = process.communicate()
        assert process.returncode == 130 and "vignette: stopped during" in err
        assert took_s < 20  # a busy machine's time to end a few processes, not that of a recording
        assert all_end_within(family, 10)
        assert not list(Path("/tmp").glob(f"vignette-{process.pid}-*"))

    def test_an_address_at_which_nobody_answers(self, project):
        clips(project.media, 1)
        process = start(project, "--cluster", "127.0.0.1:9")
        _, err = process.communicate(timeout=60)
        assert process.returncode == 1
        assert [line for line in err.splitlines() if line] == [
            "vignette: cluster '127.0.0.1:9': nobody answers there - start it with 'ray start --head', or check the address"
        ]
