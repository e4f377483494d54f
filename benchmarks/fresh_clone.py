"""What a stranger's first hour costs: clone, set up, caption the demo, run the tests; seconds and megabytes of each.

usage: python benchmarks/fresh_clone.py [--python PYTHON] [--keep DIR] [--no-tests]

The clone is of the last commit. Commands run with an empty environment and a PATH that holds nothing but a handful of
POSIX tools, git, make and one Python: no ffmpeg, no compiler. Only where packages come from is handed over.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ["sh", "make", "git", "awk", "find", "rm", "touch", "cat", "mkdir", "echo", "uname"]
PASSED_ON = re.compile(r"PIP_.*|SSL_CERT_.*|.*_CA_BUNDLE|.*_(proxy|PROXY)|HOME|TMPDIR")


def bare_path(folder: Path, python: str) -> Path:
    """A folder of links to the few programs a fresh machine has."""
    folder.mkdir(parents=True)
    for tool in TOOLS:
        found = shutil.which(tool)
        if found:
            (folder / tool).symlink_to(found)
    (folder / "python3").symlink_to(Path(python).resolve())
    return folder


def timed(what: str, command: list[str], cwd: Path, env: dict[str, str]) -> None:
    """Run a command, print what it took, stop everything if it fails."""
    begun = time.monotonic()
    ran = subprocess.run(command, cwd=cwd, env=env, text=True, capture_output=True)
    took = time.monotonic() - begun
    print(f"{what:<44}{took:8.1f} s   exit {ran.returncode}", flush=True)
    if ran.returncode:
        sys.exit(ran.stdout[-4000:] + ran.stderr[-4000:])


def megabytes(folder: Path) -> float:
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file() and not p.is_symlink()) / 1e6


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--python", default=getattr(sys, "_base_executable", sys.executable))
    asked.add_argument("--keep", type=Path)
    asked.add_argument("--no-tests", action="store_true")
    args = asked.parse_args()
    top = args.keep or Path(tempfile.mkdtemp(prefix="vignette-fresh-"))
    clone = top / "clone"
    passed_on = {k: v for k, v in os.environ.items() if PASSED_ON.fullmatch(k)}
    env = {**passed_on, "PATH": str(bare_path(top / "bin", args.python))}
    print(subprocess.run([args.python, "--version"], capture_output=True, text=True).stdout.strip())
    timed("git clone", ["git", "clone", "--quiet", str(ROOT), str(clone)], top, dict(os.environ))
    timed("make subtitles (sets up, captions the demo)", ["make", "subtitles"], clone, env)
    print(f"{'  .venv':<44}{megabytes(clone / '.venv'):8.0f} MB")
    timed("make subtitles again (nothing to do)", ["make", "subtitles"], clone, env)
    changed = subprocess.run(
        ["git", "status", "--porcelain"], cwd=clone, text=True, capture_output=True
    ).stdout
    print(f"{'files of the clone that this changed':<44}{len(changed.splitlines()):8}")
    if not args.no_tests:
        timed("make test (sets up the tests' own packages)", ["make", "test"], clone, env)
        timed("make test again", ["make", "test"], clone, env)
        print(f"{'  .venv':<44}{megabytes(clone / '.venv'):8.0f} MB")
    if not args.keep:
        shutil.rmtree(top)


if __name__ == "__main__":
    main()
