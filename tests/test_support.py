"""What the tests stand on: the list of skips, the closed network, the signals that processes get."""

import os
import shutil
import socket
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.support import skips
from tests.support.project import ROOT, Ran, as_a_process_in, environment

SUPPORT = ROOT / "tests" / "support"

# --- skips ---------------------------------------------------------------------------------------------------------

SUITE = """
import pytest
def test_that_runs(): pass
def test_here(): pytest.skip("there is no sea here")
@pytest.mark.skipif(True, reason="not in winter")
@pytest.mark.parametrize("n", [1, 2])
def test_there(n): pass
@pytest.mark.xfail(reason="known", strict=True)
def test_expected(): assert False
@pytest.mark.later
def test_later(): pass
"""

HERE = ("*_sea.py::test_here", "there is no * here")
THERE = ("*::test_there[*]", "not in winter")


def suite(folder: Path, listed: list[tuple[str, ...]], test: str = SUITE) -> Path:
    """A suite of its own that heeds a list of skips: tests and reasons, and when they are allowed."""
    tests = folder / "tests"
    tests.mkdir()
    shutil.copytree(SUPPORT, tests / "support")
    (tests / "__init__.py").touch()
    (tests / "conftest.py").write_text(
        "from tests.support import skips\ndef pytest_configure(config): skips.watch(config)\n"
    )
    (tests / "test_sea.py").write_text(test)
    (folder / "pyproject.toml").write_text(
        '[tool.pytest.ini_options]\ntestpaths = ["tests"]\nmarkers = ["later: another time"]\n'
    )
    tables = [f"test = {t!r}\nreason = {r!r}\nwhy = 'as it is'\n" for t, r, *_ in listed]
    tables = [t + "".join(f"when = {w!r}\n" for w in row[2:]) for t, row in zip(tables, listed, strict=True)]
    (tests / "allowed_skips.toml").write_text("".join(f"[[skip]]\n{t}" for t in tables) or "skip = []\n")
    return folder


def judged(folder: Path, *args: str, heeded: str = "listed") -> Ran:
    env = {**environment(folder), "VIGNETTE_SKIPS": heeded, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "xdist", "-p", "no:cacheprovider", *args]
    ran = subprocess.run(command, cwd=folder, env=env, text=True, capture_output=True)
    return Ran(ran.returncode, ran.stdout, ran.stderr)


WORKERS = pytest.mark.parametrize(
    "workers", [(), pytest.param(("-n2",), marks=pytest.mark.slow)], ids=["alone", "workers"]
)


@WORKERS
def test_a_skip_that_is_not_listed_fails_the_run_and_is_named(tmp_path, workers):
    ran = judged(suite(tmp_path, [HERE]), *workers)
    assert ran.status == 1, ran.out + ran.err
    assert "skipped, and not listed: tests/test_sea.py::test_there[1] (not in winter)" in ran.out
    assert "test_here (" not in ran.out and "test_expected" not in ran.out
    assert "tests/allowed_skips.toml" in ran.out


def test_an_entry_holds_for_its_reason_and_its_machine_alone(tmp_path):
    rows = [(HERE[0], "another reason"), (*HERE, "no data"), THERE]
    folder = suite(tmp_path, rows)
    assert judged(folder).out.count("not listed: tests/test_sea.py::test_here") == 0
    data = (folder / "tests" / "allowed_skips.toml").read_text().replace("no data", "not Linux")
    (folder / "tests" / "allowed_skips.toml").write_text(data)
    found = judged(folder)
    assert (found.status, found.out.count("not listed: tests/test_sea.py::test_here")) == (1, 1)


@WORKERS
def test_an_entry_that_says_nothing_any_more_fails_the_run(tmp_path, workers):
    stale = [("*::test_that_runs", "*"), ("*::test_gone", "*"), (HERE[0], "high tide")]
    ran = judged(suite(tmp_path, [HERE, THERE, *stale]), *workers)
    assert ran.status == 1, ran.out + ran.err
    assert ran.out.count("listed, and not skipped") == len(stale)
    for test, reason in stale:
        assert f"listed, and not skipped: {test} ({reason})" in ran.out


def test_runs_that_share_the_tests_out_do_not_accuse_each_other(tmp_path):
    folder = suite(tmp_path, [HERE, THERE, ("*::test_gone", "*")])
    later = judged(folder, "-m", "later")
    assert "test_gone" in later.out and "test_here (" not in later.out
    for chosen in (("-k", "that_runs"), ("-x", "-m", "later")):
        assert judged(folder, *chosen).status == 0, chosen
    listed = judged(folder, "tests/test_sea.py")  # and skips that are listed pass
    assert listed.status == 0, listed.out + listed.err
    assert "3 skipped" in listed.out


def test_a_module_that_skips_itself_counts(tmp_path):
    test = 'import pytest\npytest.skip("not built", allow_module_level=True)\ndef test(): pass\n'
    folder = suite(tmp_path, [], test)
    assert "not listed: tests/test_sea.py (not built)" in judged(folder).out
    (folder / "tests" / "allowed_skips.toml").write_text(
        "[[skip]]\ntest = '*test_sea.py'\nreason = 'not built'\nwhy = 'as it is'\n"
    )
    (folder / "tests" / "test_other.py").write_text("def test(): pass")
    assert judged(folder).status == 0


def test_who_only_wants_to_test_is_not_bothered(tmp_path):
    assert judged(suite(tmp_path, []), heeded="").status == 0


@pytest.mark.parametrize(
    "text",
    [
        "[[skip]]\ntest = 'a'\n",
        "skip = 3",
        "[[skip]]\ntest='a'\nreason='b'\nwhy='c'\nwhen='on Monday'\n",
        "[",
    ],
)
def test_a_list_that_cannot_be_read_is_a_sentence(tmp_path, text):
    path = tmp_path / "list.toml"
    path.write_text(text)
    with pytest.raises(pytest.UsageError, match=r"list\.toml: "):
        skips.read(path)


def test_our_own_list_says_why():
    assert all(len(a.why) > 20 for a in skips.read(skips.LIST))


# --- the network ---------------------------------------------------------------------------------------------------

CONNECTS = "import socket; socket.create_connection(('{}', 9), timeout=1)"


@pytest.mark.parametrize("host", ["127.0.0.1", "192.0.2.1", "example.org"])
def test_no_process_of_ours_reaches_the_network(tmp_path, host):
    ran = subprocess.run(
        [sys.executable, "-c", CONNECTS.format(host)],
        env=environment(tmp_path),
        text=True,
        capture_output=True,
    )
    assert "a connection to the network was tried" in ran.stderr


@pytest.mark.parametrize("host", ["127.0.0.1", "192.0.2.1", "example.org"])
def test_no_command_in_our_own_process_reaches_the_network(tmp_path, host):
    with as_a_process_in(tmp_path, ["vignette"]), pytest.raises(RuntimeError, match="to the network"):
        exec(CONNECTS.format(host))


def test_a_test_speaks_with_itself_alone():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
    with pytest.raises(RuntimeError, match="to the network"):
        exec(CONNECTS.format("192.0.2.1"))


def test_a_command_in_our_own_process_finds_what_a_process_would(tmp_path, monkeypatch):
    monkeypatch.setenv("VIGNETTE_SECRET", "1")
    before = dict(os.environ), Path.cwd(), sys.argv
    with as_a_process_in(tmp_path, ["vignette", "run"]):
        assert dict(os.environ) == environment(tmp_path)
        assert (Path.cwd(), sys.argv) == (tmp_path, ["vignette", "run"])
        assert shutil.which("ffmpeg") is None
    assert before == (dict(os.environ), Path.cwd(), sys.argv)


# --- signals -------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX")
@pytest.mark.parametrize("name", ["SIGINT", "SIGHUP", "SIGTERM", "SIGQUIT"])
def test_what_we_ignore_our_processes_do_not(name):
    """A process that ignores a signal, as under nohup, starts one that must not."""
    parent = textwrap.dedent(f"""
        import signal, subprocess, sys
        sys.path.insert(0, {str(ROOT)!r})
        from tests.support import signals
        signal.signal(signal.{name}, signal.SIG_IGN)
        signals.pass_on_nothing()
        signal.raise_signal(signal.{name})
        child = "import signal; print(signal.getsignal(signal.{name}) is not signal.SIG_IGN)"
        sys.exit(subprocess.run([sys.executable, "-c", child]).returncode)
    """)
    ran = subprocess.run([sys.executable, "-c", parent], text=True, capture_output=True)
    assert (ran.returncode, ran.stdout) == (0, "True\n"), ran.stderr
