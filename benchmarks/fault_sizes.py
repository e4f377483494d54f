"""What is far too large or too long: captioned within bounds of processor time and memory, or refused in one sentence."""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

from benchmarks.fault_ground import QUICKLY, Ground, Ran, Tally, leftovers, run

HOURS = 10
CUES, LINE_BYTES, SPEAKERS, SIDECAR_BYTES, PARTS = 200_000, 1_000_000, 100_000, 50_000_000, 4000
# More than this is no bound: of processor time, of memory, and by the clock of a busy machine.
MOST_CPU_S, MOST_MB, MOST_S = 900, 6000, 2400

Make = Callable[[Path, Path], tuple[str | Path, ...]]
"""Puts a case into a project's `media`, given the ground's recording; the command that meets it."""


def sizes(ground: Ground, place: Path, arguments: argparse.Namespace, choose: random.Random) -> Tally:
    """Each case: the command ends in time, in bounds, without a stack trace, and leaves nothing unfinished."""
    tally = Tally("sizes")
    for what, make in CASES.items():
        folder = place / "project"
        for name in ("media", "tmp"):
            (folder / name).mkdir(parents=True)
        (folder / "weights").symlink_to(ground.folder / "weights")
        (folder / "vignette.toml").write_text(QUICKLY, "utf-8")
        command = make(folder / "media", ground.media)
        ran = run(folder, *command, within_s=MOST_S)
        print(f"    {what}: {_told(ran)}", flush=True)
        tally.judge(what, [*_beyond(ran), *(f"{p.name} was left" for p in leftovers(folder))])
        shutil.rmtree(folder)
    return tally


def _beyond(ran: Ran) -> list[str]:
    """What is wrong with how a command took a case."""
    found = [] if ran.status in (0, 1, 2) else [f"its status is {ran.status}: {ran.last_line}"]
    if ran.cpu_s > MOST_CPU_S or ran.peak_mb > MOST_MB:
        found.append(f"took {ran.cpu_s:.0f} s of processor time and {ran.peak_mb} MB")
    return [*found, *ran.unsaid]


def _told(ran: Ran) -> str:
    return f"status {ran.status}, {ran.cpu_s:.1f} s of processor time, {ran.peak_mb} MB; {ran.last_line}"


def _sound(path: Path, source: str, hours: float = HOURS) -> None:
    """So many hours of what ffmpeg's `source` makes."""
    from pipeline.media.ffmpeg import ffmpeg_binary

    command = [ffmpeg_binary(), "-v", "error", "-f", "lavfi", "-i", source, "-t", str(hours * 3600), path]
    subprocess.run(command, check=True)


def _silence(media: Path, clip: Path) -> tuple[str, ...]:
    _sound(media / "long.flac", "anullsrc=r=8000:cl=mono")
    return ("run",)


def _noise(media: Path, clip: Path) -> tuple[str, ...]:
    _sound(media / "long.flac", "anoisesrc=r=8000:c=pink:a=0.02")
    return ("run",)


def _one_word(media: Path, clip: Path) -> tuple[str, ...]:
    """One cue of one word that spans ten hours of silence."""
    _sound(media / "long.flac", "anullsrc=r=8000:cl=mono")
    (media / "long.en.srt").write_text(f"1\n00:00:00,000 --> {HOURS:02}:00:00,000\nYes.\n", "utf-8")
    return ("run",)


def _one_word_again(media: Path, clip: Path) -> tuple[str, ...]:
    """A script of one word, said every second of ten hours of silence."""
    _sound(media / "long.flac", "anullsrc=r=8000:cl=mono")
    (media / "long.txt").write_text("Yes.\n" * HOURS * 3600, "utf-8")
    return ("run",)


def _beside(media: Path, clip: Path, name: str, lines: Iterable[str]) -> tuple[str, ...]:
    shutil.copy(clip, media / "clip.mp4")
    (media / name).write_text("".join(lines), "utf-8")
    return ("run",)


def _stamp(ms: int) -> str:
    seconds, ms = divmod(ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02},{ms:03}"


def _cues(count: int) -> Iterable[str]:
    return (f"{n}\n{_stamp(n * 100)} --> {_stamp(n * 100 + 90)}\nword {n}\n\n" for n in range(1, count + 1))


def _checked(media: Path, clip: Path) -> tuple[str | Path, ...]:
    _beside(media, clip, "clip.en.srt", _cues(CUES))
    return ("check", "media/clip.en.srt")


def _turns(count: int) -> Iterable[str]:
    return (f"SPEAKER clip 1 {n * 0.0002:.4f} 2.000 <NA> <NA> speaker{n} <NA> <NA>\n" for n in range(count))


def _parts(count: int) -> Iterable[str]:
    return (
        f'[[vignettes]]\nstart = "{_stamp(n * 5)[:8]}.{n * 5 % 1000:03}"\ntitle = "part {n}"\n'
        for n in range(count)
    )


def _long_parts(media: Path, clip: Path) -> tuple[str, ...]:
    """As many parts in ten hours of silence, nine seconds each."""
    _sound(media / "long.flac", "anullsrc=r=8000:cl=mono")
    parts = (f'[[vignettes]]\nstart = "{_stamp(n * 9000)[:8]}"\ntitle = "part {n}"\n' for n in range(PARTS))
    (media / "long.toml").write_text("".join(parts), "utf-8")
    return ("run",)


CASES: dict[str, Make] = {
    "a line of 1 MB, SubRip": lambda m, c: _beside(
        m, c, "clip.en.srt", [f"1\n00:00:01,000 --> 00:00:20,000\n{'word ' * (LINE_BYTES // 5)}\n"]
    ),
    "a line of 1 MB without a space": lambda m, c: _beside(
        m, c, "clip.en.vtt", [f"WEBVTT\n\n00:01.000 --> 00:20.000\n{'w' * LINE_BYTES}\n"]
    ),
    "a script of one line of 1 MB": lambda m, c: _beside(m, c, "clip.txt", ["word " * (LINE_BYTES // 5)]),
    "200,000 cues": lambda m, c: _beside(m, c, "clip.en.srt", _cues(CUES)),
    "200,000 cues checked": _checked,
    "100,000 speakers": lambda m, c: _beside(m, c, "clip.rttm", _turns(SPEAKERS)),
    "a sidecar of 50 MB": lambda m, c: _beside(
        m,
        c,
        "clip.toml",
        ["terms = [\n", *('"a term of some words",\n' for _ in range(SIDECAR_BYTES // 25)), "]\n"],
    ),
    "4,000 parts in a clip": lambda m, c: _beside(m, c, "clip.toml", _parts(PARTS)),
    "4,000 parts in 10 hours": _long_parts,
    "10 hours of silence": _silence,
    "10 hours, one cue of one word": _one_word,
    "10 hours, one word 36,000 times": _one_word_again,
    "10 hours of noise": _noise,
}
