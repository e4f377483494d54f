"""No text makes a pattern over foreign text run for ever: none divides the same text in more ways than can be tried.

Exponential patterns do not end at all; those whose time grows with the cube of the text's length take minutes for a long line.
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.support.project import ROOT

# So many seconds may a pattern take for a line of 3,000 characters: one that is quadratic takes some tenths.
MOST_FOR_A_LINE_S = 3
# Seconds of processor time, which other work on the machine does not use up: far beyond what all of it takes (a second or two;
# a minute where every text is tried), far below what one pattern that tries every division would.
MOST_S = 300
_TRY = """
import ast, importlib, inspect, itertools, pkgutil, re, resource, sys, time

modules, most_s, every = [], float(sys.argv[1]), int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[3]), int(sys.argv[3])))
for name in sys.argv[4:]:
    modules.append(importlib.import_module(name))
    below = pkgutil.walk_packages(getattr(modules[-1], "__path__", []), name + ".")
    modules += [importlib.import_module(m.name) for m in below]
patterns = {v for m in modules for v in vars(m).values() if isinstance(v, re.Pattern) and isinstance(v.pattern, str)}
for module in modules:
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args
        if is_call and ast.unparse(node.func.value) == "re" and isinstance(node.args[0], ast.Constant):
            if isinstance(node.args[0].value, str):
                patterns.add(re.compile(node.args[0].value))
slow = []
HEADS = ["", "<v", "<c", "</", "<", "{\\\\", "{", "&", "[", "(", "A", "0:", "00:00:01,000 ", "-", "# "]
PUMPS = [".a", ".", "a", " ", "\\t", "\\n", "a ", "A.", "1", "1:", "0 : ", ",1", "-", "->", ">", ">> ", "[", "(", "(a", "&",
         "&#", "<", "<v", "<v.", "{", "{\\\\", "\\\\p1", "\\\\an8", "*", "?", "_", "a-", "a'", "A ", "A:", ": ", "/", "#", "♪",
         "\\u2060", ";"]
TAILS = ["", ">", "\\0", "x:", "]", " ! "]
for pattern in sorted(patterns, key=lambda p: p.pattern):
    # One repetition alone, of one kind of thing, is at worst quadratic.
    if len(re.findall(r"[*+|]|,\\}", pattern.pattern)) < 2:
        continue
    print(repr(pattern.pattern)[:100], flush=True)
    for head, pump, tail in itertools.islice(itertools.product(HEADS, PUMPS, TAILS), 0, None, every):
        text, since = head + pump * 40 + tail, time.process_time()
        pattern.search(text), pattern.fullmatch(text)
        if time.process_time() - since < 2e-4:  # a cube of 40 takes longer, most patterns do not
            continue
        text, since = head + pump * (300 // len(pump)) + tail, time.process_time()
        pattern.search(text)
        if time.process_time() - since > most_s / 1000:  # a cube of what ten times the length would take
            text, since = head + pump * (3000 // len(pump)) + tail, time.process_time()
            pattern.search(text)
            if time.process_time() - since > most_s:
                slow.append((pattern.pattern[:100], head, pump, tail))
                break
print(slow)
print(len(patterns))
"""


ROOMS = {
    "what is brought": ["pipeline.formats", "pipeline.audit"],
    "what is decided and asked": ["pipeline.commands", "pipeline.edits", "pipeline.search", "pipeline.cli"],
    "what is said": ["pipeline.concepts", "pipeline.english", "pipeline.stages"],
    "all else": ["pipeline.media", "pipeline.run", "pipeline.transcript", "pipeline.settings", "pipeline.timing",
                 "pipeline.words", "pipeline.languages", "pipeline.errors", "pipeline.profiles"],
}  # fmt: skip


# Of all texts so many-th is tried in the quick tests: prime to the numbers of heads, pumps and tails, so that it meets
# each of them, and each pump with heads and tails of every sort.
EVERY = 11


@pytest.mark.parametrize("every", [EVERY, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("rooms", ROOMS)
def test_no_pattern_over_foreign_text_runs_for_ever(rooms: str, every: int) -> None:
    command = [sys.executable, "-c", _TRY, str(MOST_FOR_A_LINE_S), str(every), str(MOST_S), *ROOMS[rooms]]
    tried = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert tried.returncode >= 0, f"the last of these does not end: {tried.stdout[-500:]}"
    assert tried.returncode == 0, tried.stderr
    slow, count = tried.stdout.splitlines()[-2:]
    assert slow == "[]"
    assert int(count) > 5


@pytest.mark.parametrize("pattern", [r"(a+)+b", r"(?:a|a)*!", r"[\d.]+\d*[\d.]*x", r"\s*\s*\s*y"])
def test_a_pattern_that_does_run_for_ever_is_found(tmp_path, pattern: str) -> None:
    (tmp_path / "made_up.py").write_text(f"import re\nPATTERN = re.compile({pattern!r})\n")
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    command = [sys.executable, "-c", _TRY, "0.05", str(EVERY), "2", "made_up"]
    environment = {**os.environ, "PYTHONPATH": path}
    tried = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if tried.returncode >= 0:  # else it was ended: the pattern does not end
        assert tried.returncode == 0, tried.stderr
        assert tried.stdout.splitlines()[-2] != "[]"
