"""Results: what a benchmark measured, kept as JSON, so that the README's figures are written from it and never typed.

A benchmark offers `--record` (`offer`), and calls `record` at its end with figures whose keys name their unit:

    {"benchmark": "long_sound", "command": "python -m benchmarks.long_sound 10", "commit": "1a2b3c4", "date": "2026-11-23",
     "figures": {"hours": 10, "peak_gb": 1.9, "seconds": 176}, "machine": {"cores": 2, ...}, "note": ""}

Needs nothing but Python, as a fresh clone is measured before anything is installed.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.files import replacing

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path(__file__).with_name("results")
FILMS, SUBTITLES = {".mp4", ".mkv", ".mov", ".webm"}, {".srt", ".vtt", ".ass", ".txt", ".docx"}


def offer(parser: argparse.ArgumentParser) -> None:
    """The flag `--record`: a casual run leaves the working tree as it is, only a run with this flag writes."""
    parser.add_argument(
        "--record", action="store_true", help="keep the figures for the README, in benchmarks/results/"
    )


def record(
    name: str, figures: Mapping[str, float], command: str = "", note: str = "", folder: Path = FOLDER
) -> None:
    """Write `name`.json, whole or not at all, and say so in a sentence; what cannot be written spoils no run that went well.

    `command` is what a person types to measure again; left out, it is what this process was started with.
    """
    path = folder / f"{name}.json"
    try:
        kept = {
            "benchmark": name,
            "command": command or typed(sys.argv),
            "commit": commit(ROOT),
            "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
            "figures": {key: rounded(value) for key, value in figures.items()},
            "machine": machine(),
            "note": note,
        }
        text = json.dumps(kept, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
        _replace(path, text + "\n")
    except (OSError, TypeError, ValueError) as error:
        print(f"The figures of {name} were not recorded: {error}", file=sys.stderr)
        return
    print(f"recorded in benchmarks/{path.parent.name}/{path.name}", file=sys.stderr)


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    with replacing(path) as part:
        part.write_text(text, encoding="utf-8")


def rounded(value: float) -> float:
    """Six digits: more would be noise, with fewer a share that is nearly all would read as all."""
    return value if isinstance(value, int) else float(f"{value:.6g}")


def spread(key: str, values: Sequence[float]) -> dict[str, float]:
    """The least and the most of some values, as `key`_least and `key`_most; a template writes both as {key}: "3 to 5"."""
    return {f"{key}_least": min(values), f"{key}_most": max(values)} if values else {}


def slug(name: str) -> str:
    """A name as part of a file name or a key: small letters, digits and underscores."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def typed(argv: Sequence[str]) -> str:
    """The command line as a person types it in the clone, with a word in the place of every path."""
    words = [_word(argument) for argument in argv[1:] if argument != "--record"]
    return " ".join(["python -m", f"benchmarks.{Path(argv[0]).stem}", *words])


def _word(argument: str) -> str:
    option, equals, value = argument.partition("=") if argument.startswith("--") else ("", "", argument)
    path = Path(value)
    if value and path.is_dir():
        value = "FOLDER"
    elif value and (path.is_file() or path.is_absolute()):
        kind = path.suffix.lower()
        value = "FILM" if kind in FILMS else "SUBTITLES" if kind in SUBTITLES else "FILE"
    return option + equals + value if equals else option + shlex.quote(value) if value else option


def machine() -> dict[str, Any]:
    """What the measuring machine is: cores that may be used, processor, memory and Python, and how busy it was in the last
    minute (processes that ran or waited, this one included); nothing that names it."""
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "cpu": _cpu(),
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        "memory_gb": _memory_gb(),
        "python": platform.python_version(),
    }


def _cpu() -> str:
    try:
        found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    except OSError:
        found = None
    return found[1].strip() if found else platform.processor() or platform.machine()


def _memory_gb() -> int | None:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9)
    except (AttributeError, OSError, ValueError):
        return None


def commit(root: Path) -> str:
    """The short hash of what is measured, with "+changes" where the tree holds more; figures and README are not measured."""

    def git(*words: str) -> str:
        ran = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=True)
        return ran.stdout.strip()

    try:
        changed = git("status", "--porcelain", "--", ".", ":!benchmarks/results", ":!README.md")
        return git("rev-parse", "--short", "HEAD") + ("+changes" if changed else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
