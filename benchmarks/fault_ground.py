"""The ground of the fault trials: a project with the beginning of the demo, commands begun in it, and what they left.

Commands run in a fork of this process, which has loaded all modules beforehand: a trial costs a run, not the start of Python.
"""

from __future__ import annotations

import importlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Reading the screen takes most of a short run and breaks in no way of its own.
QUICKLY = "[picture]\nread_text = false\n"
UNHEARD = '[verify]\nmode = "none"\n'
CLIP_S = 24
# What set-up fetches; a kind of weights that is not here is not tried.
FETCHED = ("campplus.onnx", "segmentation.onnx", "tiny.en")
# A command that takes longer hangs; what a killed one began must be gone so soon after it.
MOST_S, GONE_WITHIN_S = 300, 5
# In a project: the modules that its first command needed.
_LOADED = "loaded"

Outputs = dict[str, bytes]
Prepare = Callable[[], None]


@dataclass
class Tally:
    """Trials of one kind, and what was wrong with which; `said` counts those in which a command told of the fault."""

    kind: str
    trials: int = 0
    wrong: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    said: int = 0

    def judge(self, what: str, problems: Sequence[str], silent: bool = False, said: bool = False) -> None:
        """Count a trial."""
        self.trials += 1
        self.said += said
        self.wrong += [f"{what}: {p}" for p in problems]
        if silent:
            self.silent.append(what)

    def __str__(self) -> str:
        told = f"{self.kind:<10} {self.trials:>4} trials, {self.said} told, {len(self.wrong)} wrong, {len(self.silent)} silent"
        return "\n".join(
            [told, *(f"    {w}" for w in self.wrong), *(f"    silent: {s}" for s in self.silent)]
        )


@dataclass(frozen=True)
class Ran:
    """What a command left: its exit status, all that it printed, the processor time and the memory that it took."""

    status: int
    text: str
    cpu_s: float = 0.0
    peak_mb: int = 0

    @property
    def unsaid(self) -> list[str]:
        """That a failure was not told as it should be."""
        if "Traceback" in self.text:
            return ["a stack trace was shown"]
        return [] if self.status == 0 or self.text.strip() else ["it failed without a word"]

    @property
    def last_line(self) -> str:
        return (self.text.strip().splitlines() or [""])[-1][:200]


@dataclass(frozen=True)
class Command:
    """A command under way, the process `pid`."""

    pid: int
    folder: Path
    printed: Path

    def ended(self, within_s: float = MOST_S) -> Ran | None:
        """What it left; None when it still runs after so long."""
        until = time.monotonic() + within_s
        while True:
            done, status, used = os.wait4(self.pid, os.WNOHANG)
            if done:
                text = self.printed.read_text("utf-8", "replace")
                self.printed.unlink()
                seconds = used.ru_utime + used.ru_stime
                return Ran(os.waitstatus_to_exitcode(status), text, seconds, used.ru_maxrss // 1024)
            if time.monotonic() > until:
                return None
            time.sleep(0.01)

    def kill(self) -> None:
        """SIGKILL, to the command alone."""
        os.kill(self.pid, signal.SIGKILL)
        self.ended()

    def survivors(self) -> list[str]:
        """Processes that still work in the command's folder some seconds after its end."""
        until = time.monotonic() + GONE_WITHIN_S
        while (found := _working_in(self.folder)) and time.monotonic() < until:
            time.sleep(0.05)
        return [f"process {name} outlived it" for name in found]


def _working_in(folder: Path) -> list[str]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            state = (process / "stat").read_text().rsplit(")", 1)[1].split()[0]
            if state != "Z" and (process / "cwd").resolve() == folder.resolve():
                found.append((process / "comm").read_text().strip())
    return found


def begin(folder: Path, *arguments: str | Path, prepare: Prepare = lambda: None) -> Command:
    """Begin `vignette ARGUMENTS` in a project; `prepare` is called in its process before."""
    # Not in the project: its disk may be full.
    printed = Path(tempfile.gettempdir()) / f"faults-{os.getpid()}-{time.monotonic_ns()}.txt"
    sys.stdout.flush()
    pid = os.fork()
    if not pid:
        _work(folder, printed, [str(a) for a in arguments], prepare)
    return Command(pid, folder, printed)


def _work(folder: Path, printed: Path, arguments: list[str], prepare: Prepare) -> None:
    status = 70
    try:
        os.chdir(folder)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for number in (1, 2):
            os.dup2(os.open(printed, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666), number)
        sys.stdout, sys.stderr = (open(n, "w", encoding="utf-8", buffering=1, closefd=False) for n in (1, 2))  # noqa: SIM115
        os.environ.update(
            TMPDIR=str(folder / "tmp"),
            VIGNETTE_MODELS=str(folder / "weights"),
            XDG_CACHE_HOME=str(folder / "tmp" / "cache"),
            XDG_CONFIG_HOME=str(folder / "tmp" / "config"),
            PYTHONPATH=str(ROOT),
        )
        sys.argv = ["vignette", *arguments]
        prepare()
        from pipeline.cli.app import main

        main()
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # noqa: BLE001 - what a process of its own would show
        traceback.print_exc()
    finally:
        with suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
            if not (folder / _LOADED).exists():
                (folder / _LOADED).write_text("\n".join(sys.modules))
        os._exit(status)


def run(
    folder: Path, *arguments: str | Path, prepare: Prepare = lambda: None, within_s: float = MOST_S
) -> Ran:
    """A command to its end; `run` unless another is named. One that hangs is killed, and has the status -9."""
    command = begin(folder, *(arguments or ("run",)), prepare=prepare)
    ran = command.ended(within_s)
    if ran is None:
        command.kill()
        return Ran(-9, f"it still ran after {within_s:.0f} s")
    return ran


class Ground:
    """The project, captioned once without disturbance: `right` is what that left. `whole` with what was fetched, or without, for
    faults that are the same to every stage, and a run takes a third of the time."""

    def __init__(self, folder: Path, whole: bool = True) -> None:
        self.folder = folder
        (folder / "media").mkdir(parents=True)
        (folder / "vignette.toml").write_text(QUICKLY if whole else QUICKLY + UNHEARD, "utf-8")
        self.media = folder / "media" / "demo.mp4"
        cut(ROOT / "media" / "demo.mp4", CLIP_S, self.media)
        (folder / "media" / "demo.en.srt").write_text(begun(ROOT / "media" / "demo.en.srt", CLIP_S), "utf-8")
        for name in ("tmp", "weights"):
            (folder / name).mkdir()
        for name in FETCHED if whole else ():
            if (ROOT / "models" / name).exists():
                (folder / "weights" / name).symlink_to(ROOT / "models" / name)
        ran = run(folder)
        if ran.status:
            raise SystemExit(f"the demo does not even run undisturbed: {ran.text}")
        for name in (folder / _LOADED).read_text().splitlines():
            if not name.startswith(("__", "benchmarks")):
                with suppress(Exception):
                    importlib.import_module(name)
        self.right = outputs(folder)

    @cached_property
    def whole_s(self) -> float:
        """How long an undisturbed run takes now."""
        since = time.monotonic()
        run(self.copy(self.folder.with_name(f"{self.folder.name}-timed"), fresh=True))
        return time.monotonic() - since

    def copy(self, place: Path, fresh: bool = False) -> Path:
        """The project anew; `fresh` without anything that the run left."""
        shutil.copytree(self.folder, place, symlinks=True)
        if fresh:
            shutil.rmtree(place / "transcripts")
        return place

    def recovered(self, folder: Path, right: Outputs | None = None) -> list[str]:
        """What is wrong after another, undisturbed run."""
        ran = run(folder)
        found = [] if ran.status == 0 else [f"the next run failed: {ran.last_line}"]
        return [
            *found,
            *differing(folder, self.right if right is None else right),
            *(f"{p.relative_to(folder)} was left" for p in leftovers(folder)),
        ]


def cut(film: Path, seconds: int, to: Path) -> None:
    """Write the first seconds of a film."""
    from pipeline.media.ffmpeg import ffmpeg_binary

    command = [ffmpeg_binary(), "-y", "-v", "error", "-i", film, "-t", str(seconds), "-c", "copy", to]
    subprocess.run(command, check=True)


def begun(subtitles: Path, seconds: int) -> str:
    """The cues of an SRT file that end within the first seconds, of less than a minute."""
    cues = subtitles.read_text("utf-8-sig").strip().split("\n\n")
    return "\n\n".join(c for c in cues if c.split("--> ")[1][:8] < f"00:00:{seconds:02}") + "\n"


def outputs(folder: Path) -> Outputs:
    """The files that a run leaves for people, by name."""
    made = folder / "transcripts"
    return {p.name: p.read_bytes() for p in made.iterdir() if p.is_file()} if made.is_dir() else {}


def differing(folder: Path, right: Outputs) -> list[str]:
    """The outputs that are others than the right ones."""
    now = outputs(folder)
    return [f"{n} differs" for n in sorted({*now, *right}) if now.get(n) != right.get(n)]


def leftovers(folder: Path) -> list[Path]:
    """Temporary files and folders in a project and in the folder that it used for them."""
    return [p for p in folder.rglob("*") if p.name.endswith(".part") or p.name.startswith("vignette-")]


def flipped(path: Path, at: int, bit: int) -> None:
    """Change one bit of a file in place."""
    data = bytearray(path.read_bytes())
    data[at] ^= 1 << bit
    path.write_bytes(data)
