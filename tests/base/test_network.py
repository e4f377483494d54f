"""`--no-network`: after it nothing in a command, nor in what it starts, reaches anybody. Tried in processes of their own, since
what is taken away does not come back."""

import json
import os
import subprocess
import sys
import textwrap

import pytest

from pipeline import network
from tests.support.project import ROOT

linux = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux lets a process give up the network for good"
)

TRIES = """
import json, socket, subprocess, sys, threading
from pipeline import network
listening = socket.create_server(("127.0.0.1", 0))
port = listening.getsockname()[1]
if {take}: assert network.take_away() == ""
found = {{}}
def attempt(name, call):
    try:
        call()
        found[name] = "reached"
    except OSError as error:
        found[name] = "refused"
attempt("tcp", lambda: socket.create_connection(("127.0.0.1", port), timeout=5).close())
attempt("udp over IPv6", lambda: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).close())
attempt("raw", lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM).close())
attempt("helpers of the system", lambda: socket.socket(socket.AF_UNIX).close())
attempt("name", lambda: socket.getaddrinfo("localhost", port))
thread = threading.Thread(target=attempt, args=("thread", lambda: socket.socket().close()))
thread.start(); thread.join()
child = "import socket; socket.create_connection(('127.0.0.1', {{}}), timeout=5)".format(port)
def check(command):
    if subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
        raise OSError
attempt("child", lambda: check([sys.executable, "-c", child]))
attempt("child of a child", lambda: check(["/bin/sh", "-c", '"$0" -c "$1"', sys.executable, child]))
attempt("child without our environment", lambda: check(["/usr/bin/env", "-i", sys.executable, "-I", "-c", child]))
attempt("pair", lambda: [s.close() for s in socket.socketpair()])
print(json.dumps(found))
"""


def tried(take):
    ran = subprocess.run(
        [sys.executable, "-c", TRIES.format(take=take)],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


@linux
def test_nothing_is_reached_any_more():
    found = tried(take=True)
    assert found.pop("pair") == "reached"  # within the process itself
    assert set(found.values()) == {"refused"}, found


@linux
def test_without_it_the_same_is_reached():
    found = tried(take=False)
    assert {n for n, what in found.items() if what == "refused"} <= {"udp over IPv6"}, found


@linux
def test_ffmpeg_opens_no_address():
    program = textwrap.dedent(
        """
        import socket, subprocess, threading
        from pipeline import network
        from pipeline.media.ffmpeg import ffmpeg_binary
        listening = socket.create_server(("127.0.0.1", 0))
        listening.settimeout(5)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/talk.mp4"
        network.take_away()
        command = [str(ffmpeg_binary()), "-nostdin", "-loglevel", "error", "-i", address, "-f", "null", "-"]
        ran = subprocess.run(command, capture_output=True, text=True)
        assert ran.returncode and "denied" in ran.stderr, ran.stderr
        listening.settimeout(0.2)
        try:
            listening.accept()
            raise SystemExit("somebody came")
        except TimeoutError:
            print("nobody came")
        """
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=env, timeout=60)
    assert ran.stdout.strip() == "nobody came", ran.stderr


@linux
def test_a_server_that_was_there_before_goes_on():
    program = textwrap.dedent(
        """
        import socket, sys
        from pipeline import network
        listening = socket.create_server(("127.0.0.1", 0))
        network.take_away()
        print(listening.getsockname()[1], flush=True)
        peer, _ = listening.accept()
        peer.sendall(b"hello")
        """
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, env=env) as server:
        import socket

        port = int(server.stdout.readline())
        with socket.create_connection(("127.0.0.1", port), timeout=10) as peer:
            assert peer.recv(5) == b"hello"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (["run", "--no-network"], (True, ["run"])),
        (["--no-network", "run", "a.mp4"], (True, ["run", "a.mp4"])),
        (["search", "--", "--no-network"], (False, ["search", "--", "--no-network"])),
        (["search", "--no-network", "--", "--no-network"], (True, ["search", "--", "--no-network"])),
        (["run", "--no-networks"], (False, ["run", "--no-networks"])),
        ([], (False, [])),
    ],
)
def test_the_option_may_stand_anywhere(monkeypatch, line, expected):
    monkeypatch.delenv(network.VARIABLE, raising=False)
    assert network.wished(line) == expected


@pytest.mark.parametrize(("value", "expected"), [("1", True), ("yes", True), ("0", False), ("", False)])
def test_the_environment_may_ask_for_it(monkeypatch, value, expected):
    monkeypatch.setenv(network.VARIABLE, value)
    assert network.wished(["run"]) == (expected, ["run"])


def test_another_system_says_that_it_can_only_watch():
    program = textwrap.dedent(
        """
        import platform, socket
        from pipeline import network
        network.platform.machine = lambda: "sparc"
        print(network.take_away() == network.ONLY_WATCHED)
        try:
            socket.create_connection(("127.0.0.1", 9), timeout=5)
        except PermissionError as error:
            print(error.strerror)
        """
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=env, timeout=60)
    assert ran.stdout.splitlines() == ["True", "the network was taken away (--no-network)"], ran.stderr


LOOPBACK = """
import json, socket
from pipeline import network
said, found = network.leave_loopback(), {}
for name, host in (("own", "127.0.0.1"), ("other", "192.0.2.1")):
    try:
        with socket.create_server(("127.0.0.1", 0)) as server:
            socket.create_connection((host, server.getsockname()[1]), timeout=2).close()
        found[name] = "reached"
    except OSError:
        found[name] = "refused"
print(json.dumps([said, network.is_taken(), network.has_loopback(), found]))
"""


@linux
def test_a_cluster_keeps_loopback_alone_and_where_that_cannot_be_nothing():
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(
        [sys.executable, "-c", LOOPBACK], capture_output=True, text=True, timeout=60, env=env
    )
    assert ran.returncode == 0, ran.stderr
    said, taken, has_loopback, found = json.loads(ran.stdout)
    assert (said, taken) == ("", True)
    assert found == {"own": "reached" if has_loopback else "refused", "other": "refused"}
