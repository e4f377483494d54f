"""What is damaged: a bit of what a run stored, of the journal, of the index, of what ships; a folder of broken files."""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import wave
from collections.abc import Callable
from pathlib import Path

from benchmarks.fault_ground import (
    FETCHED,
    MOST_S,
    QUICKLY,
    ROOT,
    UNHEARD,
    Ground,
    Outputs,
    Tally,
    differing,
    flipped,
    leftovers,
    outputs,
    run,
)

# Damage to these is mended without a word: they only save time, or are second copies.
QUIET = ("media-digest.json", "origin", "lock", "intended.json", "derived.lock", "changes.json")
# What a stage keeps of its parts: read where the stage is done anew alone.
PARTS = "-by-"
BESIDE = {
    "witness.json": "verify",
    "recued.json": "captions",
    "sound.npy": "align",
    "sound-kept.json": "align",
}
_NEW_NAMESPACE = 0x00020000  # CLONE_NEWNS of linux/sched.h


def artefacts(ground: Ground, place: Path, arguments: argparse.Namespace, choose: random.Random) -> Tally:
    """One bit of what a run stored flipped: it must be seen, said, and done anew.

    Where the record of outputs is damaged, the run also has other outputs to write, and no file may be taken for a person's.
    """
    tally = Tally("artefacts")
    folder = ground.copy(place / "flipped")
    work = folder / "transcripts" / ".work" / "demo"
    stored = sorted(p.relative_to(work) for p in work.rglob("*") if p.is_file() and p.stat().st_size)
    for number in range(arguments.flips):
        path = work / stored[number % len(stored)]
        at, bit = choose.randrange(path.stat().st_size), choose.randrange(8)
        flipped(path, at, bit)
        problems = []
        if path.name in ("outputs.json", "intended.json"):
            changed = run(folder, "run", "--set", "captions.max_line_chars=30")
            problems += [f"{n} was made" for n in outputs(folder) if ".new" in n]
            told = "the stored record of what was written last" in changed.text
        stage = BESIDE.get(path.name) or path.name.split(PARTS)[0].replace("voices", "speakers")
        again = ("--force", stage) if PARTS in path.name or path.name in BESIDE else ()
        ran = run(folder, "run", *again)
        if path.name not in ("outputs.json", "intended.json"):
            told = "could not be used as found" in ran.text or "was damaged" in ran.text
        problems += [] if ran.status == 0 else [f"the run failed: {ran.last_line}"]
        problems += differing(folder, ground.right)
        quiet = path.name in QUIET or PARTS in path.name or path.parent.name == "written"
        what = f"bit {bit} of byte {at} of {path.relative_to(work)}"
        silent = bool(problems) and not told
        tally.judge(what, problems + ([] if told or quiet else ["not said"]), silent, told)
        if problems or quiet:  # a cache that is not read again would be damaged twice
            shutil.rmtree(folder)
            ground.copy(folder)
    return tally


def journal(ground: Ground, place: Path, arguments: argparse.Namespace, choose: random.Random) -> Tally:
    """One bit of the journal flipped: the decision is told to be damaged, and never taken for another one."""
    tally = Tally("journal")
    folder = ground.copy(place / "decided")
    people = [s["id"] for s in json.loads(ground.right["demo.json"])["speakers"]][:2]
    for who, name in zip(people, ("Böe Ames", "Ann Lee"), strict=False):
        run(folder, "edits", "person", "media/demo.mp4", who, "--name", name, "--by", "Ana")
    path = folder / "media" / "demo.edits.jsonl"
    whole = path.read_bytes()
    run(folder)
    right = outputs(folder)
    for _ in range(arguments.flips // 4):
        at, bit = choose.randrange(len(whole)), choose.randrange(8)
        flipped(path, at, bit)
        ran = run(folder)
        told = str(path.relative_to(folder)) in ran.text or "damaged" in ran.text
        problems = [] if not differing(folder, right) or told else ["it was taken for another decision"]
        path.write_bytes(whole)
        run(folder)
        tally.judge(f"bit {bit} of byte {at}", [*problems, *differing(folder, right)], bool(problems), told)
    return tally


def index(ground: Ground, place: Path, arguments: argparse.Namespace, choose: random.Random) -> Tally:
    """One bit of the search index flipped: it is refused, or finds the same."""
    tally = Tally("index")
    folder = ground.copy(place / "indexed")
    run(folder, "index")
    path = folder / "transcripts" / ".work" / "search.sqlite"
    whole, right = path.read_bytes(), run(folder, "search", "the", "--json").text
    for _ in range(arguments.flips // 2):
        at, bit = choose.randrange(len(whole)), choose.randrange(8)
        flipped(path, at, bit)
        ran = run(folder, "search", "the", "--json")
        problems = [] if ran.status or ran.text == right else ["it found something else"]
        path.write_bytes(whole)
        tally.judge(f"bit {bit} of byte {at}", ran.unsaid + problems, bool(problems), bool(ran.status))
    return tally


def weights(ground: Ground, place: Path, arguments: argparse.Namespace, choose: random.Random) -> Tally:
    """A bit, the bytes behind the middle, or a byte too many, of each file that ships or was fetched: it is refused or told of by
    name, or was not needed."""
    tally = Tally("weights")
    if os.geteuid():
        return tally
    for path in _shipped():
        for how, spoil in (("a bit", _one_bit), ("the end", _cut), ("one more byte", _longer)):
            bad = place / path.name
            bad.write_bytes(spoil(path.read_bytes(), choose))
            folder = ground.copy(place / "project", fresh=True)
            ran = run(folder, prepare=lambda p=path, b=bad: _in_place_of(p, b))  # type: ignore[misc]
            made = outputs(folder)
            told = path.name in ran.text or any(p in ran.text for p in ("damaged", "other files"))
            problems = ran.unsaid + ([] if told or made == ground.right else ["not told by name"])
            silent = ran.status == 0 and made != ground.right and not told
            tally.judge(f"{how} of {path.name}", problems + ground.recovered(folder), silent, told)
            shutil.rmtree(folder)
    return tally


def _shipped() -> list[Path]:
    """What stages read that is no code: of this repository, of packages, and what was fetched."""
    from pipeline.english import pronounce
    from pipeline.speech import vad

    names = ("concepts.toml", "confidence.json", "forms.txt", "speaker_lda.npz", *FETCHED)
    ours = [path for name in names for path in _files(ROOT / "models" / name)]
    sphinx = Path(pronounce.dictionary_path()).parent
    acoustic = [
        p for p in sorted(sphinx.rglob("*")) if p.is_file() and p.stat().st_size and "LICENSE" not in p.name
    ]
    return [*ours, pronounce.GRAPHONES, Path(vad._network_path()), *acoustic]


def _files(path: Path) -> list[Path]:
    """A file, or those of a folder; nothing where it is not here."""
    return sorted(path.iterdir()) if path.is_dir() else [path] if path.is_file() else []


def _one_bit(data: bytes, choose: random.Random) -> bytes:
    changed = bytearray(data)
    changed[choose.randrange(len(data))] ^= 1 << choose.randrange(8)
    return bytes(changed)


def _cut(data: bytes, choose: random.Random) -> bytes:
    return data[: len(data) // 2]


def _longer(data: bytes, choose: random.Random) -> bytes:
    return data + choose.randbytes(1)


def _in_place_of(path: Path, bad: Path) -> None:
    """Lay a file over another, for this process alone."""
    if ctypes.CDLL(None, use_errno=True).unshare(_NEW_NAMESPACE):
        raise OSError(ctypes.get_errno(), "unshare")
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)
    subprocess.run(["mount", "--bind", bad, os.path.realpath(path)], check=True)


# --- a folder of many ------------------------------------------------------------------------------------------------------


def folder(ground: Ground, place: Path, arguments: argparse.Namespace, choose: random.Random) -> Tally:
    """A folder of many recordings, 50 of them broken in every way: each is named, every other one captioned."""
    tally = Tally("folder")
    project = place / "many"
    for name in ("media", "tmp", "weights"):
        (project / name).mkdir(parents=True)
    (project / "vignette.toml").write_text(QUICKLY + UNHEARD, "utf-8")
    broken = _broken(project / "media", ground.media.read_bytes(), choose)
    good = [f"good{n:04}" for n in range(arguments.entries - len(broken))]
    for number, name in enumerate(good):
        _sound(project / "media" / f"{name}.wav", number)
    ran = run(project, within_s=MOST_S + 5 * arguments.entries)  # a busy machine takes 2 s for each
    made = outputs(project)
    if ran.status != 1:
        tally.judge("the status", [f"is {ran.status}: {ran.last_line}"])
    for name in good:
        tally.judge(name, [] if f"{name}.json" in made else ["was not captioned"])
    for name in broken:
        told = Path(name).stem[:40] in ran.text
        captioned = f"{Path(name).stem}.json" in made
        tally.judge(repr(name), [] if told else ["is not told by name"], not told and not captioned, told)
    tally.judge("all", [*ran.unsaid, *(f"{p.name} was left" for p in leftovers(project))])
    return tally


def _sound(path: Path, number: int) -> None:
    """Half a second of hum, each another one."""
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"".join((number % 97 * (n % 40)).to_bytes(2, "little") for n in range(4000)))


def _broken(media: Path, whole: bytes, choose: random.Random) -> list[str]:
    """Fill a folder with 50 recordings that cannot be captioned, in every way that we know; their names."""
    names: list[str] = []

    def put(name: str, make: Callable[[Path], object]) -> None:
        make(media / name)
        names.append(name)

    def text(of: str) -> Callable[[Path], object]:
        return lambda p: p.write_text(of, "utf-8")

    def data(of: bytes) -> Callable[[Path], object]:
        return lambda p: p.write_bytes(of)

    put("empty.mp4", data(b""))
    put("one byte.wav", data(b"R"))
    put("words.mp4", text("This is no film.\n"))
    put("page.mkv", text("<html><body>404</body></html>"))
    put("list.mp3", text("#EXTM3U\nhttp://localhost/a.mp3\n"))
    put("script.mov", text("ffconcat version 1.0\nfile /etc/passwd\n"))
    put("link to nothing.mp4", lambda p: p.symlink_to("nothing"))
    put("link to itself.mp4", lambda p: p.symlink_to(p.name))
    put("pipe.mp4", os.mkfifo)
    put("socket.mp4", _socket)
    put("device.mp4", lambda p: p.symlink_to("/dev/zero"))
    put("\u00e9clair.wav", lambda p: _sound(p, 1))
    put("e\u0301clair.wav", lambda p: _sound(p, 2))
    put("Twin.wav", lambda p: _sound(p, 3))
    put("twin.wav", lambda p: _sound(p, 4))
    put("x" * 220 + ".wav", lambda p: _sound(p, 5))
    put("settings.wav", lambda p: (_sound(p, 6), p.with_suffix(".toml").write_text("title = [")))
    put("key.wav", lambda p: (_sound(p, 7), p.with_suffix(".toml").write_text("titel = 'x'")))
    put("binary words.wav", lambda p: (_sound(p, 8), p.with_suffix(".en.srt").write_bytes(bytes(300))))
    put("no cues.wav", lambda p: (_sound(p, 9), p.with_suffix(".en.vtt").write_text("WEBVTT\n")))
    put("not named.wav", lambda p: (_sound(p, 10), p.with_suffix(".toml").write_text('subtitles = "no.srt"')))
    put("journal.wav", lambda p: (_sound(p, 11), p.with_suffix(".edits.jsonl").mkdir()))
    put("no journal.wav", lambda p: (_sound(p, 12), p.with_suffix(".edits.jsonl").write_text("hello\n")))
    put("silent film.mp4", _without_sound)
    for number in range(50 - len(names)):
        end = max(1, len(whole) * number // 60)
        spoilt = whole[:end] if number % 2 else bytes(4000) + whole[4000:end] + choose.randbytes(1000)
        put(f"damaged {number}.mp4", data(spoilt))
    return names


def _socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # the name of a socket is short
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)


def _without_sound(path: Path) -> None:
    from pipeline.media.ffmpeg import ffmpeg_binary

    source = ["-f", "lavfi", "-i", "testsrc=s=64x64:r=5:d=1"]
    subprocess.run([ffmpeg_binary(), "-v", "error", *source, path], check=True, stdout=sys.stderr)


KINDS = {"artefacts": artefacts, "journal": journal, "index": index, "weights": weights, "folder": folder}
__all__ = ["KINDS", "Outputs"]
