"""Workers end with the command that started them, however that one ends."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from pipeline.processes import give_back_memory
from tests.support.project import ROOT

posix = pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")

# A command with two workers that compute without ever giving up Python's lock for long, as a recognizer in C does.
COMMAND = """
import os, sys, time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
sys.path.insert(0, {here!r})
import worker
if __name__ == "__main__":
    from pipeline.processes import stop_on_terminate
    stop_on_terminate()
    pool = ProcessPoolExecutor(2, mp_context=get_context("spawn"), initializer=worker.start, initargs=(os.getpid(),))
    print(*[f.result() for f in [pool.submit(worker.number, 0.5) for _ in range(2)]], flush=True)
    waiting = [pool.submit(worker.number, 60) for _ in range(2)]
    try:
        waiting[0].result()
    except KeyboardInterrupt:
        os._exit(5)
"""
WORKER = """
import os, time
from pipeline.processes import die_with_parent
def start(parent): die_with_parent(parent)
def number(seconds):
    time.sleep(seconds)
    return os.getpid()
"""


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_workers_end_with_their_command(tmp_path, how):
    (tmp_path / "worker.py").write_text(textwrap.dedent(WORKER))
    (tmp_path / "command.py").write_text(textwrap.dedent(COMMAND.format(here=str(tmp_path))))
    env = {**os.environ, "PYTHONPATH": f"{ROOT}:{tmp_path}"}
    with subprocess.Popen(
        [sys.executable, str(tmp_path / "command.py")], stdout=subprocess.PIPE, env=env
    ) as command:
        workers = {int(pid) for pid in command.stdout.readline().split()}
        assert workers and all(map(alive, workers))
        time.sleep(0.2)
        command.send_signal(how)
        command.wait(20)
    until = time.monotonic() + 10
    while any(map(alive, workers)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(map(alive, workers))


# A command that works through ffmpeg, on a sound that never ends.
ENDLESS = """
import sys
from pathlib import Path
import ffmpeg
from pipeline.media.ffmpeg import run_ffmpeg
print("begun", flush=True)
run_ffmpeg(ffmpeg.input("sine", f="lavfi", re=None).output("-", f="null"), Path("talk.mp4"))
"""
# A server that has a run behind it, as the review page has.
SERVER = """
import os, sys, time
sys.path.insert(0, {here!r})
import behind
from pathlib import Path
from types import SimpleNamespace
from pipeline.review.remake import Remaker
if __name__ == "__main__":
    remaker = Remaker(0, behind.work)
    remaker.soon(SimpleNamespace(media=Path("talk.mp4")))
    print("begun", flush=True)
    time.sleep(60)
"""
BEHIND = """
import time
from pipeline.processes import die_with_parent
def work(job, pipe, parent):
    die_with_parent(parent)
    time.sleep(60)
"""


def children(pid):
    """The processes that a process began, and those that they began."""
    own = Path(f"/proc/{pid}/task").glob("*/children")
    found = {int(child) for path in own for child in path.read_text().split()}
    return found.union(*map(children, found))


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("program", [ENDLESS, SERVER], ids=["ffmpeg", "the run behind the review page"])
def test_what_a_command_began_ends_with_it(tmp_path, program, how):
    (tmp_path / "behind.py").write_text(textwrap.dedent(BEHIND))
    (tmp_path / "command.py").write_text(program.replace("{here!r}", repr(str(tmp_path))))
    env = {**os.environ, "PYTHONPATH": f"{ROOT}:{tmp_path}"}
    with subprocess.Popen(
        [sys.executable, str(tmp_path / "command.py")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=env,
    ) as command:
        command.stdout.readline()
        until = time.monotonic() + 30
        while not (began := children(command.pid)) and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(0.5)  # between its fork and its first own step a process cannot know yet
        began |= children(command.pid)
        assert began
        command.send_signal(how)
        command.wait(20)
    until = time.monotonic() + 10
    while any(map(alive, began)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(map(alive, began))


@posix
def test_terminate_stops_a_command_as_control_c_does():
    program = textwrap.dedent(
        """
        import os, signal, time
        from pipeline.processes import stop_on_terminate
        stop_on_terminate()
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(10)
        except KeyboardInterrupt:
            os.kill(os.getpid(), signal.SIGTERM)  # a second one does not stop the tidying
            print("tidied")
        """
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=env, timeout=30)
    assert ran.stdout == "tidied\n", ran.stderr


def answer_to_control_c(program):
    """Exit status and output of a program that is interrupted when it has said "ready"."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE, text=True, env=env
    ) as command:
        assert command.stdout.readline() == "ready\n"
        command.send_signal(signal.SIGINT)
        out = command.stdout.read()  # not communicate(), which reads past what readline() brought along
        command.wait(timeout=30)
    return command.returncode, out


@posix
def test_a_stop_is_heard_while_a_library_computes():
    status, out = answer_to_control_c(
        """
        import hashlib, threading
        from pipeline.processes import ended_within
        with ended_within(0.3, lambda: print("stopped", flush=True)):
            threading.Timer(1, print, ("ready",), {"flush": True}).start()  # when the library computes already
            hashlib.pbkdf2_hmac("sha256", b"a", b"b", 500_000_000)  # minutes, in which Python hears nothing
        """
    )
    assert (status, out) == (130, "stopped\n")


@posix
def test_whoever_hears_the_stop_in_time_ends_as_they_like():
    status, out = answer_to_control_c(
        """
        import time
        from pipeline.processes import ended_within
        try:
            with ended_within(0.2, lambda: print("stopped", flush=True)):
                print("ready", flush=True)
                time.sleep(60)
        except KeyboardInterrupt:
            time.sleep(0.5)
            print("tidied")
        """
    )
    assert (status, out) == (0, "tidied\n")


def test_cores_are_those_that_may_be_used_or_ones_share(monkeypatch, tmp_path):
    from pipeline import processes

    monkeypatch.setattr(processes, "_share", [])
    monkeypatch.setattr(processes, "_CPU_QUOTA", tmp_path / "cpu.max")
    allowed = processes.cores()
    assert 1 <= allowed <= (os.cpu_count() or 1)
    for quota, most in (("max 100000", allowed), ("150000 100000", 2), ("50000 100000", 1), ("odd", allowed)):
        (tmp_path / "cpu.max").write_text(quota)
        assert processes.cores() == min(allowed, most)
    processes.take_share(0)
    assert processes.cores() == 1


# As whoever runs `nice make subtitles`: nobody may become more urgent than they were, and only root could.
NICE = """
import os, threading
from pipeline.processes import give_way
os.nice({before})
if os.getuid() == 0:
    os.setuid(65534)
found = []
def beside():
    give_way()
    found.append(os.getpriority(os.PRIO_PROCESS, 0))
thread = threading.Thread(target=beside)
thread.start()
thread.join()
print(found, os.getpriority(os.PRIO_PROCESS, 0))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere threads have no niceness")
@pytest.mark.parametrize(("before", "there"), [(0, 4), (10, 14), (19, 19)])
def test_a_thread_gives_way_however_nice_its_process_is(before, there):
    ran = subprocess.run(
        [sys.executable, "-c", NICE.format(before=before)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    own = os.getpriority(os.PRIO_PROCESS, 0)
    assert ran.stdout.strip() == f"[{min(19, own + there)}] {min(19, own + before)}", ran.stderr


def resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="measured in /proc")
def test_memory_that_was_freed_is_given_back() -> None:
    # Pieces too small to be given back one by one, and one behind them that keeps them from being the end of the heap.
    pieces = [bytes(100_000) for _ in range(1000)]
    last = bytearray(100_000)
    full = resident_mb()
    del pieces
    give_back_memory()
    assert resident_mb() < full - 50
    assert len(last) == 100_000
