"""What happens to machines, done to a run of the demo: how often a result was lost, or wrong without a word.

    python -m benchmarks.faults                       all of it, some minutes
    python -m benchmarks.faults kill artefacts        these kinds alone: kill, full, media, artefacts, twice, readonly
    python -m benchmarks.faults --kills 100 --seed 7  more moments, others

Each trial breaks something, then runs again with nothing broken: the outputs must be, byte for byte, those of a run that nobody
disturbed, and no temporary file may be left. A trial is *silent* when the disturbed command said that all was well and left
other outputs. Kinds: killed (SIGKILL) at random moments; the disk full at every stage (a small tmpfs, which needs root; left out
without); the recording replaced, cut and grown between runs and during one; one bit of an artefact flipped; two runs at once;
folders that cannot be written.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import results

# Reading the screen takes most of a short run and breaks in no way of its own.
QUICKLY = "[picture]\nread_text = false\n"
KILLS, FLIPS, SEED = 20, 50, 1
CLIP_S = 24
# The size of the disk that becomes full, and what is left on it in steps.
DISK_MB, FREE_KB = 24, (0, 16, 64, 160, 320, 640)

Outputs = dict[str, bytes]


@dataclass
class Tally:
    """Trials of one kind, and what was wrong with which."""

    kind: str
    trials: int = 0
    wrong: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    said: int = 0

    def judge(self, what: str, problems: list[str], silent: bool = False, said: bool = False) -> None:
        """Count a trial."""
        self.trials += 1
        self.said += said
        self.wrong += [f"{what}: {p}" for p in problems]
        if silent:
            self.silent.append(what)

    def __str__(self) -> str:
        lines = [
            f"{self.kind:<10} {self.trials:>3} trials, {len(self.wrong)} wrong, {len(self.silent)} silent"
        ]
        return "\n".join(
            [*lines, *(f"    {w}" for w in self.wrong), *(f"    silent: {s}" for s in self.silent)]
        )


class Ground:
    """A project with the beginning of the demo, captioned once without disturbance."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "media").mkdir(parents=True)
        (folder / "vignette.toml").write_text(QUICKLY, "utf-8")
        self.media = folder / "media" / "demo.mp4"
        cut(ROOT / "media" / "demo.mp4", CLIP_S, self.media)
        (folder / "media" / "demo.en.srt").write_text(begun(ROOT / "media" / "demo.en.srt", CLIP_S), "utf-8")
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        ran = run(folder)
        if ran.returncode:
            raise SystemExit(f"the demo does not even run undisturbed: {ran.stderr}")
        self.right = outputs(folder)

    def copy(self, place: Path, fresh: bool = False) -> Path:
        """The project anew; `fresh` without anything that the run left."""
        shutil.copytree(self.folder, place)
        if fresh:
            shutil.rmtree(place / "transcripts")
        return place

    def recovered(self, folder: Path) -> list[str]:
        """What is wrong after another, undisturbed run."""
        ran = run(folder)
        found = [] if ran.returncode == 0 else [f"the next run failed: {last_line(ran.stderr or ran.stdout)}"]
        now = outputs(folder)
        found += [f"{n} differs" for n in sorted({*now, *self.right}) if now.get(n) != self.right.get(n)]
        return [*found, *(f"{p.relative_to(folder)} was left" for p in leftovers(folder))]


def cut(film: Path, seconds: int, to: Path) -> None:
    """Write the first seconds of a film."""
    from pipeline.media.ffmpeg import ffmpeg_binary

    command = [ffmpeg_binary(), "-y", "-v", "error", "-i", film, "-t", str(seconds), "-c", "copy", to]
    subprocess.run(command, check=True)


def begun(subtitles: Path, seconds: int) -> str:
    """The cues of an SRT file that end within the first seconds, of less than a minute."""
    cues = subtitles.read_text("utf-8-sig").strip().split("\n\n")
    return "\n\n".join(c for c in cues if c.split("--> ")[1][:8] < f"00:00:{seconds:02}") + "\n"


def begin(folder: Path, *more: str) -> subprocess.Popen[str]:
    """Begin a run in a project."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "TMPDIR": str(folder / "tmp"),
        "VIGNETTE_MODELS": str(folder / "none"),
        "XDG_CACHE_HOME": str(folder / "tmp" / "cache"),
    }
    command = [sys.executable, "-m", "pipeline", "run", *more]
    return subprocess.Popen(
        command, cwd=folder, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def run(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """A run to its end."""
    process = begin(folder, *more)
    out, err = process.communicate(timeout=300)
    return subprocess.CompletedProcess([], process.returncode, out, err)


def outputs(folder: Path) -> Outputs:
    """The files that a run leaves for people, by name."""
    made = folder / "transcripts"
    return {p.name: p.read_bytes() for p in made.iterdir() if p.is_file()} if made.is_dir() else {}


def leftovers(folder: Path) -> list[Path]:
    """Temporary files and folders in a project and in the folder that it used for them."""
    return [p for p in folder.rglob("*") if p.name.endswith(".part") or p.name.startswith("vignette-")]


def last_line(text: str) -> str:
    return (text.strip().splitlines() or [""])[-1][:200]


def sentence(ran: subprocess.CompletedProcess[str]) -> list[str]:
    """That a failure was not told as it should be."""
    if "Traceback" in ran.stderr + ran.stdout:
        return ["a stack trace was shown"]
    return [] if (ran.stderr + ran.stdout).strip() else ["it failed without a word"]


# --- what happens to machines ----------------------------------------------------------------------------------------------


def kill(ground: Ground, place: Path, arguments: argparse.Namespace, choose: random.Random) -> Tally:
    """SIGKILL at random moments of a first run."""
    tally = Tally("kill")
    since = time.monotonic()
    run(ground.copy(place / "timed", fresh=True))
    whole_s = time.monotonic() - since
    for number in range(arguments.kills):
        folder = ground.copy(place / f"kill{number}", fresh=True)
        at_s = choose.uniform(0.05, 1) * whole_s
        process = begin(folder)
        try:
            process.communicate(timeout=at_s)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.communicate()
        tally.judge(f"killed after {at_s:.2f} s", ground.recovered(folder))
        shutil.rmtree(folder)
    return tally


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def full(ground: Ground, place: Path, arguments: argparse.Namespace, choose: random.Random) -> Tally:
    """A disk with little or no room, so that another file does not fit each time; then room is made."""
    tally = Tally("full")
    if not hasattr(os, "geteuid") or os.geteuid():
        return tally
    for kb in FREE_KB:
        disk = place / f"disk{kb}"
        with small_disk(disk):
            folder = ground.copy(disk / "project", fresh=True)
            shutil.rmtree(folder / "tmp")
            (folder / "tmp").symlink_to(ground.temporary)
            filler = disk / "filler"
            room = shutil.disk_usage(disk).free - kb * 1024
            filler.write_bytes(bytes(max(0, room)))
            ran = run(folder)
            whole = outputs(folder) == ground.right
            problems = sentence(ran) if ran.returncode else []
            silent = ran.returncode == 0 and not whole
            filler.unlink()
            tally.judge(f"{kb} kB left", problems + ground.recovered(folder), silent, bool(ran.returncode))
    return tally


def media(ground: Ground, place: Path, arguments: argparse.Namespace, choose: random.Random) -> Tally:
    """The recording replaced, cut or grown, between two runs and while one works; then the old one is brought back."""
    tally = Tally("media")
    whole = ground.media.read_bytes()
    other = place / "other.mp4"
    cut(ROOT / "media" / "demo.mp4", CLIP_S // 2, other)
    changed = {
        "replaced": other.read_bytes(),
        "cut": whole[: len(whole) // 2],
        "grown": whole + bytes(100_000),
    }
    for name, data in changed.items():
        for during in (False, True):
            folder = ground.copy(place / f"{name}{during}", fresh=during)
            recording = folder / "media" / "demo.mp4"
            if during:
                process = begin(folder)
                time.sleep(choose.uniform(0.8, 2.5))
                recording.write_bytes(data)
                out, err = process.communicate(timeout=300)
                ran = subprocess.CompletedProcess([], process.returncode, out, err)
            else:
                recording.write_bytes(data)
                ran = run(folder)
            before = outputs(folder)
            alone = outputs(alone_with(ground, place / "alone", data))
            silent = ran.returncode == 0 and before not in (alone, ground.right)
            problems = sentence(ran) if ran.returncode else []
            recording.write_bytes(whole)
            what = f"{name} {'during a run' if during else 'between runs'}"
            tally.judge(what, problems + ground.recovered(folder), silent, bool(ran.returncode))
            shutil.rmtree(folder)
    return tally


def alone_with(ground: Ground, place: Path, data: bytes) -> Path:
    """A project in which the recording has always been this."""
    shutil.rmtree(place, ignore_errors=True)
    folder = ground.copy(place, fresh=True)
    (folder / "media" / "demo.mp4").write_bytes(data)
    run(folder)
    return folder


def artefacts(ground: Ground, place: Path, arguments: argparse.Namespace, choose: random.Random) -> Tally:
    """One bit of what stages stored flipped: it must be seen, said, and done anew."""
    tally = Tally("artefacts")
    folder = ground.copy(place / "flipped")
    work = folder / "transcripts" / ".work" / "demo"
    plain = {"outputs.json", "intended.json", "media-digest.json", "derived.json", "decisions.json"}
    stored = sorted(p for p in work.glob("*.json") if p.name not in plain)
    for number in range(arguments.flips):
        path = stored[number % len(stored)]
        data = bytearray(path.read_bytes())
        at, bit = choose.randrange(len(data)), choose.randrange(8)
        data[at] ^= 1 << bit
        path.write_bytes(data)
        ran = run(folder)
        told = f"stored result of {path.stem}" in ran.stdout or "stored results of" in ran.stdout
        now = outputs(folder)
        problems = [] if ran.returncode == 0 else ["the run failed"]
        problems += [f"{n} differs" for n in ground.right if now.get(n) != ground.right[n]]
        what = f"bit {bit} of byte {at} of {path.name}"
        tally.judge(what, problems + ([] if told else ["not said"]), bool(problems) and not told, told)
    return tally


def twice(ground: Ground, place: Path, arguments: argparse.Namespace, choose: random.Random) -> Tally:
    """Two runs of one project at once: one does the work, the other waits for nobody and says so."""
    tally = Tally("twice")
    for number in range(2):
        folder = ground.copy(place / f"twice{number}", fresh=True)
        both = [begin(folder), begin(folder)]
        told = [p.communicate(timeout=300) for p in both]
        codes = [p.returncode for p in both]
        problems = [] if 0 in codes else ["neither succeeded"]
        problems += ["a stack trace was shown" for out, err in told if "Traceback" in out + err]
        silent = outputs(folder) != ground.right
        tally.judge(f"pair {number + 1}", problems + ground.recovered(folder), silent, 1 in codes)
    return tally


def readonly(ground: Ground, place: Path, arguments: argparse.Namespace, choose: random.Random) -> Tally:
    """Folders that cannot be written: the outputs', the artefacts', the recordings' (which a run only reads)."""
    tally = Tally("readonly")
    for closed in ("transcripts", "transcripts/.work", "media"):
        folder = ground.copy(place / closed.replace("/", "_"), fresh=closed == "media")
        if closed != "media":
            shutil.rmtree(folder / "transcripts" / ".work" / "demo")
        with unwritable(folder / closed):
            ran = run(folder)
        problems = sentence(ran) if ran.returncode else []
        if closed == "media" and ran.returncode:
            problems.append("a run needs to write nothing there")
        silent = ran.returncode == 0 and outputs(folder) != ground.right
        tally.judge(f"{closed} cannot be written", problems, silent, bool(ran.returncode))
    return tally


@contextmanager
def unwritable(folder: Path) -> Iterator[None]:
    """A folder that nobody may write, root neither: for root it is mounted over itself, read-only."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        subprocess.run(["mount", "--bind", folder, folder], check=True)
        try:
            subprocess.run(["mount", "-o", "remount,ro,bind", folder], check=True)
            yield
        finally:
            subprocess.run(["umount", "-l", folder], check=True)
    else:
        folder.chmod(0o555)
        yield
        folder.chmod(0o755)


KINDS: dict[str, Callable[[Ground, Path, argparse.Namespace, random.Random], Tally]] = {
    "kill": kill,
    "full": full,
    "media": media,
    "artefacts": artefacts,
    "twice": twice,
    "readonly": readonly,
}


def main() -> int:
    """Do it, and count; the status is 1 when anything was lost or silent."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("kinds", nargs="*", help=", ".join(KINDS))
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--flips", type=int, default=FLIPS)
    parser.add_argument("--seed", type=int, default=SEED)
    results.offer(parser)
    arguments = parser.parse_args()
    if unknown := set(arguments.kinds) - KINDS.keys():
        parser.error(f"there is no kind {', '.join(sorted(unknown))}; there are {', '.join(KINDS)}")
    since = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        Path(folder).chmod(0o755)
        ground = Ground(Path(folder) / "ground")
        tallies = []
        for kind in arguments.kinds or KINDS:
            place = Path(folder) / kind
            place.mkdir()
            tallies.append(KINDS[kind](ground, place, arguments, random.Random(arguments.seed)))
            print(tallies[-1], flush=True)
            shutil.rmtree(place)
    wrong, silent = (sum(len(getattr(t, n)) for t in tallies) for n in ("wrong", "silent"))
    trials = sum(t.trials for t in tallies)
    print(f"{trials} trials, {wrong} wrong, {silent} silent, {time.monotonic() - since:.0f} s")
    if arguments.record:
        seconds = time.monotonic() - since
        results.record("faults", {"trials": trials, "wrong": wrong, "silent": silent, "seconds": seconds})
    return 1 if wrong or silent else 0


if __name__ == "__main__":
    sys.exit(main())
