"""No text makes a pattern over foreign text run for ever: none divides the same text in more ways than can be tried."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.project import ROOT

# Far beyond what all of it takes (a second or two), far below what one pattern that tries every division would.
MOST_S = 300
_TRY = """
import ast, importlib, inspect, itertools, pkgutil, re, sys

package = importlib.import_module(sys.argv[1])
modules = [importlib.import_module(m.name) for m in pkgutil.walk_packages(package.__path__, package.__name__ + ".")]
patterns = {v for m in modules for v in vars(m).values() if isinstance(v, re.Pattern) and isinstance(v.pattern, str)}
for module in modules:
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args
        if is_call and ast.unparse(node.func.value) == "re" and isinstance(node.args[0], ast.Constant):
            if isinstance(node.args[0].value, str):
                patterns.add(re.compile(node.args[0].value))
HEADS = ["", "<v", "<c", "</", "<", "{\\\\", "{", "&", "[", "(", "A", "0:", "00:00:01,000 ", "-", "# "]
PUMPS = [".a", ".", "a", " ", "\\t", "\\n", "a ", "A.", "1", "1:", "0 : ", ",1", "-", "->", ">", ">> ", "[", "(", "(a", "&",
         "&#", "<", "<v", "<v.", "{", "{\\\\", "\\\\p1", "\\\\an8", "*", "?", "_", "a-", "a'", "A ", "A:", ": ", "/", "#", "♪",
         "\\u2060", ";"]
TAILS = ["", ">", "\\0", "x:", "]", " ! "]
for pattern in sorted(patterns, key=lambda p: p.pattern):
    print(repr(pattern.pattern)[:100], flush=True)
    for head, pump, tail in itertools.product(HEADS, PUMPS, TAILS):
        text = head + pump * 40 + tail
        pattern.search(text), pattern.fullmatch(text)
print(len(patterns))
"""


@pytest.mark.parametrize("room", ["pipeline.formats", "pipeline.audit"])
def test_no_pattern_over_foreign_text_runs_for_ever(room: str) -> None:
    command = [sys.executable, "-c", _TRY, room]
    try:
        tried = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=MOST_S, check=False)
    except subprocess.TimeoutExpired as late:
        pytest.fail(f"the last of these does not end: {(late.stdout or b'')[-500:]!r}")
    assert tried.returncode == 0, tried.stderr
    assert int(tried.stdout.split()[-1]) > 20
