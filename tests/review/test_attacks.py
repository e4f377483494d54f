"""Who means harm: bodies that never end, connections without number, names that would run, and what must not be read again."""

import contextlib
import resource
import signal
import socket
import time

import pytest

from tests.support.project import MEDIA
from tests.support.review_pages import Desk, place_of, served

HOSTILE_NAME = "<svg onload=x> --> &amp; ‮.mp4"


def request(port, path="/", method="GET", more=""):
    return f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{more}\r\n".encode()


def answered(port):
    """How long the server takes to refuse a stranger, in seconds."""
    since = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=10) as asked:
        asked.sendall(request(port, more="Connection: close\r\n"))
        assert b" 401 " in asked.recv(200)
    return time.monotonic() - since


def test_a_thousand_connections_and_bodies_that_never_end_hold_nobody_up(demo):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
    with served(demo) as (address, process), contextlib.ExitStack() as held:
        port = int(address.split(":")[2].split("/")[0])
        for n in range(1000):
            one = held.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
            if n % 2:  # a head that never ends, or a body
                one.sendall(request(port)[:-2])
            else:
                one.sendall(
                    request(
                        port,
                        "/api/search",
                        "POST",
                        "Content-Type: application/json\r\nContent-Length: 9999\r\n",
                    )
                    + b"{"
                )
        assert answered(port) < 5
        since = time.monotonic()
        process.send_signal(signal.SIGINT)
        process.wait(timeout=20)
        assert time.monotonic() - since < 15
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize(
    "raw",
    [b"GET / HTTP/1.1\r\n\r\n",
     b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00",
     b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n", b"G" * 100_000, b"GET / HTTP/9.9\r\n\r\n"],
)  # fmt: skip
def test_what_is_no_request_ends_and_the_next_one_is_answered(server_port, raw):
    with (
        socket.create_connection(("127.0.0.1", server_port), timeout=30) as asked,
        contextlib.suppress(OSError),
    ):
        asked.sendall(raw)
        assert b" 200 " not in asked.recv(1000)
    assert answered(server_port) < 5


@pytest.fixture(scope="module")
def server_port(tmp_path_factory):
    from tests.support.project import new_project

    with served(new_project(tmp_path_factory.mktemp("empty") / "project")) as (address, process):
        yield int(address.split(":")[2].split("/")[0])
        assert process.poll() is None


def test_hostile_names_titles_and_words_come_back_as_text_in_every_answer(demo):
    (demo.media / "demo.mp4").rename(demo.media / HOSTILE_NAME)
    for path in demo.media.glob("demo.*"):
        path.rename(path.with_name(path.name.replace("demo", HOSTILE_NAME.removesuffix(".mp4"), 1)))
    desk = Desk(demo)
    (listed,) = desk.client.get("/api/videos").json()["videos"]
    assert listed["name"] == HOSTILE_NAME and "<" not in listed["id"]
    page = desk.client.get(f"/video/{listed['id']}").text
    assert "svg onload" not in page and "Thursday Group" not in page  # documents hold nothing of a project


def test_a_journal_and_an_index_that_lead_elsewhere_give_nothing_away(desk, demo, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret words")
    desk.journal.symlink_to(secret)
    answer = desk.client.get(f"/api/videos/{desk.id}")
    assert (
        "the secret words" not in answer.text and str(tmp_path) not in desk.client.get("/api/videos/x").text
    )


@pytest.mark.parametrize("kind", ["mended", "adopt", "act", "run", "copy/picture"])
def test_what_is_sent_to_each_address_is_bounded_and_json(desk, kind):
    address = f"/api/videos/{desk.id}/{kind}"
    large = b'{"name": "' + b"x" * 1_000_001 + b'"}'
    assert (
        desk.client.post(address, content=large, headers={"content-type": "application/json"}).status_code
        == 413
    )
    assert desk.client.post(address, content=b"{}", headers={"content-type": "text/plain"}).status_code == 415
    deep = b"[" * 50_000
    assert (
        desk.client.post(address, content=deep, headers={"content-type": "application/json"}).status_code
        == 400
    )
    assert desk.client.post(address, json={}, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    desk.client.cookies.clear()
    assert desk.client.post(address, json={}).status_code == 401
    assert not desk.journal.exists()


def test_ten_thousand_ranges_of_a_copy_are_answered_fast(desk, demo):
    from pipeline.review import copying

    sitting = desk.library.sitting(desk.id)
    folder = demo.out / ".work" / "demo"
    (folder / f"{copying._name(sitting.job.media, 'sound')}.m4a").write_bytes(
        (MEDIA / "demo.mp4").read_bytes()
    )
    since = time.process_time()
    many = "bytes=" + ",".join(f"{n}-{n}" for n in range(10_000))
    desk.client.get(f"/copy/{desk.id}/sound", headers={"range": many})
    assert time.process_time() - since < 5


def test_no_word_of_a_transcript_is_in_what_the_server_says(demo):
    desk = Desk(demo)
    desk.did("text", **place_of(desk.cue("Thusrday")), text="Welcome to the xyzzy group.")
    with served(demo) as (address, process):
        port = int(address.split(":")[2].split("/")[0])
        answered(port)
        process.send_signal(signal.SIGINT)
        assert process.stdout is not None and process.stderr is not None
        said = process.stdout.read() + process.stderr.read()
        assert "xyzzy" not in said and "Thursday" not in said and said.count("\n") <= 1
