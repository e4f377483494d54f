"""What a stranger's first hour costs: clone, set up, caption the demo, run the tests; seconds and megabytes of each.

usage: python -m benchmarks.fresh_clone [--python PYTHON] [--keep DIR] [--no-tests] [--record]

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
sys.path.insert(0, str(ROOT))  # run as a script, from anywhere

from benchmarks import results

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


def timed(what: str, command: list[str], cwd: Path, env: dict[str, str]) -> tuple[float, str]:
    """Run a command, print what it took, stop everything if it fails; gives the seconds and what the command printed."""
    begun = time.monotonic()
    ran = subprocess.run(command, cwd=cwd, env=env, text=True, capture_output=True)
    took = time.monotonic() - begun
    print(f"{what:<44}{took:8.1f} s   exit {ran.returncode}", flush=True)
    if ran.returncode:
        sys.exit(ran.stdout[-4000:] + ran.stderr[-4000:])
    return took, ran.stdout


def megabytes(folder: Path) -> float:
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file() and not p.is_symlink()) / 1e6


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument(
        "--python",
        default=getattr(sys, "_base_executable", sys.executable),
        help="the one Python of the fresh machine (default: this one)",
    )
    asked.add_argument("--keep", type=Path, help="an empty folder for the clone, which stays")
    asked.add_argument("--no-tests", action="store_true", help="leave `make test` out")
    results.offer(asked)
    args = asked.parse_args()
    figures = measure(args.python, args.keep, tests=not args.no_tests)
    if args.record:
        results.record("fresh_clone", figures["clone"])
    if args.record and figures["tests"]:
        results.record("make_test", figures["tests"], command="make test")


def measure(python: str, keep: Path | None, tests: bool) -> dict[str, dict[str, float]]:
    """Print the seconds and megabytes of every step; gives the figures of the clone and of its tests."""
    top = keep or Path(tempfile.mkdtemp(prefix="vignette-fresh-"))
    clone = top / "clone"
    passed_on = {k: v for k, v in os.environ.items() if PASSED_ON.fullmatch(k)}
    env = {**passed_on, "PATH": str(bare_path(top / "bin", python))}
    print(subprocess.run([python, "--version"], capture_output=True, text=True).stdout.strip())
    timed("git clone", ["git", "clone", "--quiet", str(ROOT), str(clone)], top, dict(os.environ))
    first_s, _ = timed("make subtitles (sets up, captions the demo)", ["make", "subtitles"], clone, env)
    venv_mb = megabytes(clone / ".venv")
    print(f"{'  .venv':<44}{venv_mb:8.0f} MB")
    again_s, _ = timed("make subtitles again (nothing to do)", ["make", "subtitles"], clone, env)
    changed = subprocess.run(
        ["git", "status", "--porcelain"], cwd=clone, text=True, capture_output=True
    ).stdout
    print(f"{'files of the clone that this changed':<44}{len(changed.splitlines()):8}")
    tested: dict[str, float] = {}
    if tests:
        timed("make test (sets up the tests' own packages)", ["make", "test"], clone, env)
        took_s, out = timed("make test again", ["make", "test"], clone, env)
        passed = re.search(r"(\d+) passed", out)
        tested = {"make_test_s": took_s, "tests": int(passed[1]) if passed else 0}
        print(f"{'  .venv':<44}{megabytes(clone / '.venv'):8.0f} MB")
    if not keep:
        shutil.rmtree(top)
    figures = {"make_subtitles_s": first_s, "make_subtitles_again_s": again_s, "venv_gb": venv_mb / 1000}
    return {"clone": figures, "tests": tested}


if __name__ == "__main__":
    main()
