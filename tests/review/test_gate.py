"""One test for each thing that keeps others out: other pages, other machines' names, other users, other files."""

import signal
import socket
import time
from pathlib import Path

import pytest

from pipeline.review.gate import HEADERS, MAX_BODY_BYTES
from pipeline.review.server import _opened
from tests.support.review_pages import HOST, PORT, served


@pytest.fixture
def paths(desk):
    """An address of each kind."""
    return [
        "/",
        "/page/video.js",
        f"/api/videos/{desk.id}",
        f"/media/{desk.id}",
        f"/tracks/{desk.id}/captions.vtt",
    ]


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        f"evil.example:{PORT}",
        f"127.0.0.1:{PORT + 1}",
        "127.0.0.1",
        "",
        f"{HOST}.evil.example",
    ],
)
def test_a_name_that_merely_leads_here_is_refused(desk, paths, host):
    assert [desk.client.get(p, headers={"host": host}).status_code for p in paths] == [403] * len(paths)


def test_both_names_of_this_machine_are_answered(desk):
    for host in (HOST, f"localhost:{PORT}"):
        assert desk.client.get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [{"origin": "http://evil.example"}, {"origin": "null"}, {"origin": f"http://127.0.0.1:{PORT + 1}"},
     {"origin": f"https://{HOST}"}, {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}],
)  # fmt: skip
def test_another_page_may_neither_decide_nor_read(desk, paths, headers):
    sent = {"who": "Eve", "kind": "review", "whole": True, "revision": desk.sheet()["revision"]}
    assert desk.client.post(f"/api/videos/{desk.id}/act", json=sent, headers=headers).status_code == 403
    assert {desk.client.get(p, headers=headers).status_code for p in paths} == {403}
    assert not desk.journal.exists()


@pytest.mark.parametrize(
    "headers", [{"origin": f"http://{HOST}"}, {"sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"}]
)
def test_its_own_page_may(desk, headers):
    sent = {"who": "Ana", "kind": "review", "whole": True, "revision": desk.sheet()["revision"]}
    assert desk.client.post(f"/api/videos/{desk.id}/act", json=sent, headers=headers).status_code == 200


def test_without_the_cookie_nothing_is_answered(desk, paths):
    desk.client.cookies.clear()
    assert {desk.client.get(p).status_code for p in paths} == {401}
    desk.client.cookies.set(desk.admitted.cookie_name, "guessed")
    assert {desk.client.get(p).status_code for p in paths} == {401}
    assert desk.client.get("/media/unknown").status_code == 401


def test_the_token_is_spent_by_its_first_use(desk):
    desk.client.cookies.clear()
    token = desk.admitted.token
    assert desk.client.get("/enter?token=wrong").status_code == 403
    assert desk.client.get("/enter").status_code == 403
    first = desk.client.get("/enter", params={"token": token}, headers={"sec-fetch-site": "cross-site"})
    cookie = first.headers["set-cookie"]
    assert first.status_code == 200 and cookie.startswith(f"vignette-{PORT}=")
    assert "HttpOnly" in cookie and "samesite=strict" in cookie.lower() and token not in first.text
    desk.client.cookies.clear()
    assert desk.client.get("/enter", params={"token": token}).status_code == 403


def test_a_spent_address_leads_home_whoever_is_in_already(desk):
    desk.admitted.token = ""
    answer = desk.client.get("/enter?token=old", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_only_json_is_taken(desk):
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        answer = desk.client.post(f"/api/videos/{desk.id}/act", content=b"{}", headers={"content-type": kind})
        assert answer.status_code == 415


def test_what_is_sent_is_bounded_whatever_its_header_says(desk):
    headers = {"content-type": "application/json"}
    large = b'{"who": "' + b"x" * MAX_BODY_BYTES + b'"}'
    assert desk.client.post(f"/api/videos/{desk.id}/act", content=large, headers=headers).status_code == 413
    pieces = (large[n : n + 65536] for n in range(0, len(large), 65536))  # without a length
    assert desk.client.post(f"/api/videos/{desk.id}/act", content=pieces, headers=headers).status_code == 413


@pytest.mark.parametrize(
    "sent",
    [b"", b"[]", b"nonsense", b"\xff", b'{"who": 3}', b'{"who": "\\ud800", "kind": "undo", "revision": ""}'],
)
def test_what_makes_no_sense_is_one_sentence(desk, sent):
    answer = desk.client.post(
        f"/api/videos/{desk.id}/act", content=sent, headers={"content-type": "application/json"}
    )
    assert answer.status_code == 400 and answer.json()["error"]


def test_every_answer_bears_the_headers(desk, paths):
    answers = [desk.client.get(p) for p in (*paths, "/nothing", "/media/nothing")]
    answers.append(desk.client.get("/", headers={"host": "evil.example"}))
    answers.append(desk.client.get(f"/media/{desk.id}", headers={"range": "bytes=0-9"}))
    for answer in answers:
        assert {k: answer.headers.get(k) for k in HEADERS} == HEADERS
        assert "access-control-allow-origin" not in answer.headers and "server" not in answer.headers


@pytest.mark.parametrize(
    "path",
    ["/media/..%2f..%2fetc%2fpasswd", "/media/%2e%2e/demo.toml", "/media//etc/passwd", "/media/demo.mp4", "/media/%00",
     "/page/..%2fapp.py", "/page/%2e%2e%2fapp.py", "/page/../gate.py", "/page/app.py", "/tracks/{id}/..%2f..%2fdemo.json",
     "/tracks/{id}/demo.json", "/api/videos/..%2fdemo"],
)  # fmt: skip
def test_no_address_leads_out_of_the_folders(desk, path):
    answer = desk.client.get(path.replace("{id}", desk.id))
    assert answer.status_code == 404
    assert "/" not in answer.text and "root" not in answer.text


def test_a_link_out_of_the_folder_is_not_followed(desk, demo, tmp_path):
    outside = tmp_path / "elsewhere.mp4"
    (demo.media / "demo.mp4").rename(outside)
    (demo.media / "demo.mp4").symlink_to(outside)
    assert desk.client.get(f"/media/{desk.id}").status_code == 404


def test_media_is_given_in_ranges(desk, demo):
    whole = (demo.media / "demo.mp4").read_bytes()
    answer = desk.client.get(f"/media/{desk.id}")
    assert (
        answer.status_code == 200 and answer.headers["accept-ranges"] == "bytes" and answer.content == whole
    )
    for asked, there in (
        ("bytes=5-9", whole[5:10]),
        ("bytes=-500", whole[-500:]),
        (f"bytes={len(whole) - 3}-", whole[-3:]),
    ):
        part = desk.client.get(f"/media/{desk.id}", headers={"range": asked})
        assert (part.status_code, part.content) == (206, there)
    assert desk.client.get(f"/media/{desk.id}", headers={"range": f"bytes={len(whole)}-"}).status_code == 416
    many = "bytes=" + ",".join(f"{n}-{n}" for n in range(10_000))
    since = time.process_time()
    desk.client.get(f"/media/{desk.id}", headers={"range": many})
    assert time.process_time() - since < 5


def test_the_server_listens_on_the_loopback_alone_says_nothing_and_ends_at_once(demo):
    with served(demo) as (address, process):
        port = int(address.split(":")[2].split("/")[0])
        with socket.create_connection(("127.0.0.1", port), timeout=5) as asked:
            asked.sendall(f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode())
            assert b" 401 " in asked.recv(100)
        if not Path("/proc/net/tcp").exists():
            pytest.skip("this system has no /proc/net/tcp")
        with Path("/proc/net/tcp").open() as table:
            listening = [
                line.split()[1]
                for line in table
                if line.split()[3] == "0A" and line.split()[1].endswith(f":{port:04X}")
            ]
        assert listening == [f"0100007F:{port:04X}"]
        since = time.monotonic()
        process.send_signal(signal.SIGINT)
        # Not by communicate(): it reads past the line that readline() may have brought along with the first.
        assert process.stdout is not None and process.stderr is not None
        out, err = process.stdout.read(), process.stderr.read()
        process.wait(timeout=10)
        assert time.monotonic() - since < 15  # a request under way would be waited for much longer
        assert process.returncode == 0 and err == ""
        assert len(out.splitlines()) == 1  # the first was read; nothing of a request is told


def test_the_browser_is_opened_through_a_file_that_only_its_owner_reads(monkeypatch):
    seen = []
    monkeypatch.setattr("webbrowser.open", seen.append)
    with _opened("http://127.0.0.1:1/enter?token=secret"):
        (uri,) = seen
        path = uri.removeprefix("file://")
        assert "secret" not in uri and Path(path).stat().st_mode & 0o777 == 0o600
        assert "secret" in Path(path).read_text("utf-8")
    assert not Path(path).exists()
