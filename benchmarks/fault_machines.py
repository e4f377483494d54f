"""What happens to machines: killed, full, read-only, busy with the same recording, a clock set back, a recording that changes."""

from __future__ import annotations

import argparse
import errno
import json
import os
import random
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.fault_ground import CLIP_S, ROOT, Ground, Ran, Tally, begin, cut, differing, outputs, run

# The size of the disk that becomes full, and what is left on it in steps.
DISK_MB, FREE_KB = 24, (0, 4, 16, 40, 64, 100, 160, 240, 320, 480, 640)
# Who may write nowhere: `nobody` on Debian and its kin.
NOBODY = 65534
_DAY_S = 24 * 3600


def kill(ground: Ground, place: Path, arguments: argparse.Namespace, choose: random.Random) -> Tally:
    """SIGKILL at random moments of a first run; nothing that it began works on."""
    tally = Tally("kill")
    for number in range(arguments.kills):
        folder = ground.copy(place / f"kill{number}", fresh=True)
        at_s = choose.uniform(0.02, 1) * ground.whole_s
        process = begin(folder, "run")
        survivors = []
        if process.ended(at_s) is None:
            process.kill()
            survivors = process.survivors()
        tally.judge(f"killed after {at_s:.2f} s", [*survivors, *ground.recovered(folder)])
        shutil.rmtree(folder)
    return tally


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """A small disk in memory, for root."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def full(ground: Ground, place: Path, arguments: argparse.Namespace, choose: random.Random) -> Tally:
    """A disk with little or no room, so that another file does not fit each time; then room is made."""
    tally = Tally("full")
    for kb in FREE_KB if _is_root() else ():
        disk = place / f"disk{kb}"
        with small_disk(disk):
            folder = ground.copy(disk / "project", fresh=True)
            filler = disk / "filler"
            filler.write_bytes(bytes(max(0, shutil.disk_usage(disk).free - kb * 1024)))
            _judged_full(tally, f"{kb} kB left", ground, folder, run(folder), filler)
    for number in range(1, arguments.errors + 1):
        folder = ground.copy(place / f"error{number}", fresh=True)
        ran = run(folder, prepare=lambda n=number: _full_from(n * 2))  # type: ignore[misc]
        _judged_full(tally, f"full from file {number * 2} on", ground, folder, ran, place / "none")
        shutil.rmtree(folder)
    return tally


def _judged_full(tally: Tally, what: str, ground: Ground, folder: Path, ran: Ran, filler: Path) -> None:
    whole = outputs(folder) == ground.right
    filler.unlink(missing_ok=True)
    silent = ran.status == 0 and not whole
    tally.judge(what, ran.unsaid + ground.recovered(folder), silent, bool(ran.status))


def _full_from(number: int) -> None:
    """From the `number`th file on, none is flushed to the disk any more."""
    flush, count = os.fsync, 0

    def fsync(handle: int) -> None:
        nonlocal count
        count += 1
        if count >= number:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        flush(handle)

    os.fsync = fsync


def media(ground: Ground, place: Path, arguments: argparse.Namespace, choose: random.Random) -> Tally:
    """The recording replaced, cut, grown or gone, between two runs and while one works; then the old one is brought back."""
    tally = Tally("media")
    whole = ground.media.read_bytes()
    other = place / "other.mp4"
    cut(ROOT / "media" / "demo.mp4", CLIP_S // 2, other)
    changed = {
        "replaced": other.read_bytes(),
        "cut": whole[: len(whole) // 2],
        "cut at the end": whole[:-2000],
        "grown": whole + bytes(100_000),
        "other bytes": whole[: len(whole) // 2] + bytes(4000) + whole[len(whole) // 2 + 4000 :],
        "gone": None,
    }
    for name, data in changed.items():
        alone = outputs(_alone_with(ground, place / "alone", data))
        for during in (False, True, True):
            folder = ground.copy(place / f"{name}{tally.trials}", fresh=during)
            recording = folder / "media" / "demo.mp4"
            process = begin(folder, "run") if during else None
            if process:
                time.sleep(choose.uniform(0.02, 0.9) * ground.whole_s)
            recording.unlink() if data is None else recording.write_bytes(data)
            ran = (process.ended() if process else run(folder)) or Ran(-9, "")
            before = outputs(folder)
            silent = ran.status == 0 and before not in (alone, ground.right)
            recording.write_bytes(whole)
            what = f"{name} {'during a run' if during else 'between runs'}"
            tally.judge(what, ran.unsaid + ground.recovered(folder), silent, bool(ran.status))
            shutil.rmtree(folder)
    return tally


def _alone_with(ground: Ground, place: Path, data: bytes | None) -> Path:
    """A project in which the recording has always been this."""
    shutil.rmtree(place, ignore_errors=True)
    folder = ground.copy(place, fresh=True)
    recording = folder / "media" / "demo.mp4"
    recording.unlink() if data is None else recording.write_bytes(data)
    run(folder)
    return folder


def twice(ground: Ground, place: Path, arguments: argparse.Namespace, choose: random.Random) -> Tally:
    """The same command at once: of two runs one works and the other says so; of others each does its work."""
    tally = Tally("twice")
    for number in range(3):
        folder = ground.copy(place / f"runs{number}", fresh=True)
        both = [begin(folder, "run") for _ in range(2)]
        ran = [c.ended() or Ran(-9, "") for c in both]
        problems = [p for r in ran for p in r.unsaid]
        problems += [] if any(r.status == 0 for r in ran) else ["neither succeeded"]
        silent = outputs(folder) != ground.right
        tally.judge(
            f"runs {number + 1}", problems + ground.recovered(folder), silent, any(r.status for r in ran)
        )
    for command in (("mux", "media/demo.mp4"), ("export-qda", "group.qdpx"), ("sheet", "media/demo.mp4")):
        folder = ground.copy(place / command[0])
        ran = [c.ended() or Ran(-9, "") for c in [begin(folder, *command) for _ in range(3)]]
        problems = [p for r in ran for p in (r.unsaid or ([r.last_line] if r.status else []))]
        tally.judge(f"three of {command[0]}", problems + _parts(folder))
    folder = ground.copy(place / "adopt")
    mended = folder / "transcripts" / "demo.en.srt"
    mended.write_text(mended.read_text("utf-8").replace("the ", "that ", 1), "utf-8")
    adopt = ("edits", "adopt", "--by", "Ana", "media/demo.mp4", mended)
    ran = [c.ended() or Ran(-9, "") for c in [begin(folder, *adopt) for _ in range(2)]]
    lines = (folder / "media" / "demo.edits.jsonl").read_text("utf-8").splitlines()
    problems = [p for r in ran for p in (r.unsaid or ([r.last_line] if r.status else []))]
    tally.judge("two of adopt", problems + ([] if len(lines) == 1 else [f"{len(lines)} decisions, not 1"]))
    return tally


def _parts(folder: Path) -> list[str]:
    return [f"{p.name} was left" for p in folder.rglob("*.part")]


def readonly(ground: Ground, place: Path, arguments: argparse.Namespace, choose: random.Random) -> Tally:
    """Folders that cannot be written: the outputs', the artefacts', the recordings' (which a run only reads), by root and not."""
    tally = Tally("readonly")
    for who in ("root", "nobody") if _is_root() else ("",):
        for closed in ("transcripts", "transcripts/.work", "transcripts/.work/demo", "media", "tmp"):
            folder = ground.copy(
                place / f"{who} {closed.replace('/', '_')}", fresh=closed in ("media", "tmp")
            )
            if closed.startswith("transcripts"):
                _without_artefacts(folder)
            with _unwritable(folder, closed, who):
                ran = run(folder, prepare=_as_nobody if who == "nobody" else lambda: None)
                made = outputs(folder)
            problems = ran.unsaid
            if closed == "media" and ran.status:
                problems.append(f"a run needs to write nothing there: {ran.text.strip()[-400:]}")
            silent = ran.status == 0 and made != ground.right
            tally.judge(f"{closed} cannot be written by {who}", problems, silent, bool(ran.status))
    return tally


def _without_artefacts(folder: Path) -> None:
    """Leave of what was stored only whose outputs they are, so that all is to be done anew."""
    for path in (folder / "transcripts" / ".work" / "demo").glob("*.json"):
        if path.name not in ("outputs.json", "intended.json"):
            path.unlink()


def _as_nobody() -> None:
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


@contextmanager
def _unwritable(project: Path, closed: str, who: str) -> Iterator[None]:
    """A folder that somebody may not write: for root it is mounted over itself, read-only."""
    folder = project / closed
    if who == "root":
        subprocess.run(["mount", "--bind", folder, folder], check=True)
        try:
            subprocess.run(["mount", "-o", "remount,ro,bind", folder], check=True)
            yield
        finally:
            subprocess.run(["umount", "-l", folder], check=True)
        return
    if who == "nobody":
        for path in (project, *project.rglob("*")):
            os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
    folder.chmod(0o555)
    yield
    folder.chmod(0o755)


def clock(ground: Ground, place: Path, arguments: argparse.Namespace, choose: random.Random) -> Tally:
    """A clock that goes back: everything there is of tomorrow, and the last decision too."""
    tally = Tally("clock")
    folder = ground.copy(place / "files")
    _of_tomorrow(folder)
    tally.judge("files of tomorrow", ground.recovered(folder))
    (folder / "transcripts" / ".work" / "demo" / "concepts.json").unlink()
    _of_tomorrow(folder)
    tally.judge("files of tomorrow, one result gone", ground.recovered(folder))
    left = folder / "transcripts" / ".vignette-0a1b2c.part"
    left.write_text("words")
    _of_tomorrow(folder)
    tally.judge("an unfinished file of tomorrow", ground.recovered(folder))
    data = bytearray(ground.media.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 3000] = bytes(3000)
    alone = outputs(_alone_with(ground, place / "alone", bytes(data)))
    recording = folder / "media" / "demo.mp4"
    old = recording.stat()
    recording.write_bytes(data)
    os.utime(recording, ns=(old.st_atime_ns, old.st_mtime_ns - _DAY_S * 10**9))
    ran = run(folder)
    tally.judge("a recording of the same size, older", [] if ran.status else differing(folder, alone))
    folder = ground.copy(place / "decisions")
    who = json.loads(ground.right["demo.json"])["speakers"][0]["id"]
    decide = ("edits", "person", "media/demo.mp4", who, "--by", "Ana", "--name")
    told = [
        run(folder, *decide, "Tomorrow", prepare=_tomorrow),
        run(folder, *decide, "Today"),
        run(folder),
    ]
    texts = b"".join(outputs(folder).values())
    problems = [r.last_line for r in told if r.status]
    problems += [] if b"Today" in texts and b"Tomorrow" not in texts else ["the earlier decision won"]
    tally.judge("a decision after one of tomorrow", problems)
    return tally


def _of_tomorrow(folder: Path) -> None:
    for path in folder.rglob("*"):
        os.utime(path, (time.time() + _DAY_S,) * 2, follow_symlinks=False)


def _tomorrow() -> None:
    now = time.time
    time.time = lambda: now() + _DAY_S


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0
