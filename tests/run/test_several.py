"""Several recordings at once: the same bytes as one after the other, whatever breaks, whoever stops it."""

from __future__ import annotations

import copy
import json
import os
import signal
import sys
import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pipeline.cli.console import SilentWatcher
from pipeline.errors import BusyError, Interrupted, WorkerDied
from pipeline.processes import descendants
from pipeline.progress import Progress
from pipeline.run import batch, capacity, workers
from pipeline.run.jobs import Job, Request, plan
from pipeline.run.outcome import Outcome, Status, Watcher
from pipeline.run.store import Store
from pipeline.settings import Settings
from tests.support.clips import BROKEN, broken, clips
from tests.support.project import MEDIA, Project, as_a_process_in, new_project
from tests.support.waiting import wait_until

linux = pytest.mark.skipif(sys.platform != "linux", reason="this system has no /proc")
# A stop is heard at once; the rest is what a machine with other work takes to end a few processes.
STOPPED_WITHIN_S = 15.0
# Two minutes on two quiet cores.
HUNDREDS_S = 3600


def written(project: Project) -> dict[str, bytes]:
    """Every output, by its name."""
    return {p.name: p.read_bytes() for p in sorted(project.out.iterdir()) if p.is_file()}


def artefacts(project: Project) -> dict[str, bytes]:
    """What the stages found, by its place; without the time and inode of the recording, and without the vectors of voices, whose
    last bit is rounded by luck in any two processes."""
    work = project.out / ".work"
    return {
        str(p.relative_to(work)): p.read_bytes()
        for p in sorted(work.rglob("*.json"))
        if p.name not in ("media-digest.json", "voices-by-passage.json")
    }


def without_times(document: Any) -> Any:
    """The answer of a run, without how long its stages took."""
    kept = copy.deepcopy(document)
    for recording in kept["recordings"]:
        for stage in recording["stages"]:
            del stage["took_ms"]
    return kept


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> dict[int, tuple[Project, Any]]:
    """The same folder, three clips and three broken recordings, run with --jobs 1 and --jobs 2: projects and answers."""
    found = {}
    for count in (1, 2):
        project = new_project(tmp_path_factory.mktemp("several") / "project")
        clips(project.media, 3)
        broken(project.media, 3)
        found[count] = project, project.quick("run", "--json", "--jobs", str(count))
    return found


def test_several_at_once_write_the_same_bytes(both):
    (one, _), (two, _) = both[1], both[2]
    assert len(written(one)) == 3 * 7
    assert written(two) == written(one)
    assert artefacts(two) == artefacts(one)


def test_the_answer_is_one_document_in_the_same_order(both):
    assert both[2][1].status == both[1][1].status == 1
    assert without_times(both[2][1].json) == without_times(both[1][1].json)
    names = [Path(r["media"]).name for r in both[2][1].json["recordings"]]
    assert names == sorted(names)


def test_a_table_ends_the_run_and_nothing_but_lines_of_ends_is_on_the_way(both):
    ran = both[2][0].quick("run", "--jobs", "2")
    *rows, last = ran.out.splitlines()[-7:]
    assert last == "3 up to date, 3 failed; 3 of them need a person"
    assert [row.split("  ")[0] for row in rows] == sorted(
        f"media/{p.name}" for p in both[2][0].media.glob("*.[mw]*[4v]")
    )
    assert "failed: is empty (zero bytes)" in ran.out
    on_the_way = [line for line in ran.err.splitlines() if not line.startswith(("FAILED", "        "))]
    assert sorted(line.rsplit(": ", 1)[1] for line in on_the_way) == ["failed"] * 3 + ["up to date"] * 3


def test_only_failed_and_since_and_stale(both):
    project = both[1][0]
    ran = project.quick("run", "--json", "--only", "failed")
    assert {r["status"] for r in ran.json["recordings"]} == {"failed"}
    assert len(ran.json["recordings"]) == 3
    assert any("3 recordings were left out" in notice for notice in ran.json["notices"])
    long_ago = time.time() - 10 * 86_400
    for path in project.media.iterdir():
        os.utime(path, (long_ago, long_ago))
    (project.media / "clip001.toml").write_text('title = "B"\n', "utf-8")
    ran = project.quick("run", "--json", "--since", "2d")
    assert [Path(r["media"]).name for r in ran.json["recordings"]] == ["clip001.wav"]
    script = project.media / "clip002.en.srt"
    script.write_text(script.read_text("utf-8").replace("river", "lake"), "utf-8")
    ran = project.quick("run", "--json", "--only", "stale")
    assert [Path(r["media"]).name for r in ran.json["recordings"]] == ["clip002.wav"]
    ran = project.quick("run", "--only", "stale")
    assert (ran.status, ran.out.strip()) == (0, "note: 6 recordings were left out, as asked for")


def test_what_failed_and_was_mended_has_failed_no_more(project):
    clip, _ = clips(project.media, 2)
    whole = clip.read_bytes()
    clip.write_bytes(whole[:20])
    assert project.quick("run").status == 1
    clip.write_bytes(whole)
    assert [r["status"] for r in project.quick("run", "--json", "--only", "failed").json["recordings"]] == [
        "done"
    ]
    assert project.quick("run", "--json", "--only", "failed").json["recordings"] == []


@pytest.mark.parametrize("given", ["yesterday", "", "2026-13-01", "7", "-3d"])
def test_a_date_that_is_none(project, given):
    clips(project.media, 1)
    ran = project.quick("run", f"--since={given}")
    assert ran.status == 2
    assert "is no date" in ran.err


# --- how it ends otherwise ------------------------------------------------------------------------------------------


def job(name: str, out: Path) -> Job:
    return Job(Path(name), out, Settings())


def acted(job: Job, watcher: Watcher, wait_s: float, folder: Path) -> Outcome:
    """Does what the name of a recording says; runs in a worker."""
    what = job.media.stem.split("-")[0]
    step = watcher.stage_began("sound", "not done yet")
    step(0.5)
    tries = folder / job.media.stem
    with tries.open("a") as file:
        file.write(f"{os.getpid()}\n")
    if what == "dies" or (what == "recovers" and len(tries.read_text().splitlines()) == 1):
        os.kill(os.getpid(), signal.SIGKILL)
    if what == "busy" and not wait_s:
        return Outcome(job.media, Status.FAILED, error=BusyError(job.media, "another run"))
    if what == "leaves":
        os._exit(3)
    watcher.stage_ended("sound")
    return Outcome(job.media, Status.DONE)


class Noting(SilentWatcher):
    """Keeps all that it is told."""

    def __init__(self) -> None:
        self.heard: list[tuple[Any, ...]] = []

    def beside(self) -> Noting:
        self.heard.append(("beside",))
        return self

    def stage_began(self, stage: str, reason: str) -> Progress:
        self.heard.append((stage, reason))
        return lambda share: self.heard.append((share,))

    def ended(self, outcome: Outcome) -> None:
        self.heard.append((outcome.media.name, str(outcome.status)))


def test_a_process_that_dies_costs_its_own_recording_alone(tmp_path):
    names = ["a.wav", "dies.wav", "recovers.wav", "leaves.wav", "busy.wav", "b.wav"]
    noting = Noting()
    found = workers.run([job(n, tmp_path) for n in names], partial(acted, folder=tmp_path), noting, 2)
    assert [o.media.name for o in found] == names
    became = {o.media.stem: o for o in found}
    assert {n for n, o in became.items() if o.status is Status.DONE} == {"a", "b", "busy", "recovers"}
    assert isinstance(became["dies"].error, WorkerDied)
    assert "SIGKILL" in str(became["dies"].error) and "exit status 3" in str(became["leaves"].error)
    assert len((tmp_path / "dies").read_text().split()) == workers.MOST_TRIES
    ended = [
        name for name, status in (h for h in noting.heard if len(h) == 2) if status in ("done", "failed")
    ]
    assert sorted(ended) == sorted(names)
    assert ("sound", "not done yet") in noting.heard and (0.5,) in noting.heard


def test_a_process_captions_one_recording_after_the_other(tmp_path):
    found = workers.run(
        [job(f"{n}.wav", tmp_path) for n in range(6)], partial(acted, folder=tmp_path), Noting(), 2
    )
    assert [o.status for o in found] == [Status.DONE] * 6
    assert len({(tmp_path / str(n)).read_text() for n in range(6)}) <= 2


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def all_end_within(pids: set[int], seconds: float) -> bool:
    until = time.monotonic() + seconds
    while any(map(alive, pids)) and time.monotonic() < until:
        time.sleep(0.02)
    return not any(map(alive, pids))


@linux
@pytest.mark.parametrize(
    "blow",
    [signal.SIGINT, *(pytest.param(s, marks=pytest.mark.slow) for s in (signal.SIGTERM, signal.SIGKILL))],
)
def test_a_stopped_run_leaves_no_process_and_goes_on_where_it_was(project, blow):
    clips(project.media, 3)
    process = project.start("run", "--jobs", "2", start_new_session=True)
    work = project.out / ".work"
    assert wait_until(lambda: len(list(work.glob("*/sound.json"))) >= 2, process), process.stderr.read()
    started = set(descendants(process.pid))
    since = time.monotonic()
    if blow == signal.SIGINT:
        os.killpg(process.pid, blow)  # as a terminal does
    else:
        process.send_signal(blow)
    process.wait(timeout=60)
    took_s = time.monotonic() - since
    _, err = process.communicate()
    assert process.returncode == (-9 if blow == signal.SIGKILL else 130)
    assert len(started) >= 2
    assert all_end_within(started, 10)
    if blow != signal.SIGKILL:
        assert took_s < STOPPED_WITHIN_S
        assert "vignette: stopped during" in err and "Traceback" not in err
        assert not list(project.folder.rglob("*.part"))
    heard = {p.parent.name for p in work.glob("*/sound.json")}
    again = {Path(r["media"]).stem: r for r in project.quick("run", "--json").json["recordings"]}
    assert {r["status"] for r in again.values()} <= {"done", "up to date"}
    for name in heard:
        assert "sound" not in [s["name"] for s in again[name]["stages"] if s["done"]]
    assert len(written(project)) == 3 * 7


def test_what_another_run_works_on_is_tried_again_behind_the_others(project):
    first, _ = clips(project.media, 2)
    store = Store.of(project.out, first.stem)
    lock = ExitStack()
    lock.enter_context(store.locked())

    class Releasing(Noting):
        def ended(self, outcome: Outcome) -> None:
            super().ended(outcome)
            if outcome.error is None:
                lock.close()  # the other run is done with it

    watching = Releasing()
    with as_a_process_in(project.folder, []):
        found = batch.run(plan(Request()), watching)
    assert [o.status for o in found] == [Status.DONE] * 2
    assert [h for h in watching.heard if str(h[0]).endswith(".wav")] == [
        ("clip000.wav", "failed"),
        ("clip001.wav", "done"),
        ("clip000.wav", "done"),
    ]


def test_stopping_names_the_stage(tmp_path, monkeypatch):
    def stop(*_: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(workers, "wait", stop)
    with pytest.raises(Interrupted) as stopped:
        workers.run([job("a.wav", tmp_path)], partial(acted, folder=tmp_path), Noting(), 1)
    assert "stopped during" in str(stopped.value)


def test_memory_and_cores_say_how_many_at_once(tmp_path, monkeypatch):
    jobs = [job(str(path), tmp_path) for path in clips(tmp_path, 4)]
    one = capacity.needed_bytes(jobs) + capacity.weights_bytes(jobs)
    monkeypatch.setattr(capacity, "cores", lambda: 3)
    for free, many in ((None, 1), (0, 1), (one - 1, 1), (2 * one, 2), (100 * one, 3)):
        monkeypatch.setattr(capacity, "free_bytes", lambda free=free: free)
        assert capacity.at_once(jobs) == many, free
        assert capacity.at_once(jobs[:1]) == 1
    (tmp_path / "long.wav").write_bytes(b"")
    assert capacity.needed_bytes([job(str(tmp_path / "long.wav"), tmp_path)]) < capacity.needed_bytes(jobs)
    assert capacity.needed_bytes([job(str(MEDIA / "demo.mp4"), tmp_path)]) > capacity.needed_bytes(jobs)


@linux
def test_what_is_free_is_less_than_there_is():
    assert 0 < (capacity.free_bytes() or 0) < os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


# --- hundreds -------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_three_hundred_recordings_of_which_fifteen_are_broken(project):
    clips(project.media, 285)
    made = broken(project.media)
    process = project.start("run", "--json", "--jobs", "2")
    out, err = process.communicate(timeout=HUNDREDS_S)
    assert (process.returncode, err) == (1, "")
    found = json.loads(out)
    became: dict[str, list[str]] = {}
    for recording in found["recordings"]:
        became.setdefault(recording["status"], []).append(Path(recording["media"]).name)
    assert {status: len(names) for status, names in became.items()} == {"done": 285, "failed": 15}
    assert sorted(became["failed"]) == sorted(p.name for p in made) == sorted(BROKEN)
    told = [r["error"]["message"] for r in found["recordings"] if r["error"]]
    assert all(told) and not [m for m in told if "unforeseen" in m]
    assert len(written(project)) == 285 * 7
    assert len(project.quick("run", "--json", "--only", "failed").json["recordings"]) == 15
