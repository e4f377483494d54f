"""Fetching weights, from a hub of our own on this machine: sizes first, digests checked, resumed, honest when it fails."""

import errno
import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import ClassVar

import pytest

from pipeline.errors import OutputError, WeightsError
from pipeline.speech import download, pinned, weights
from pipeline.speech import hub as hub_client

REPOSITORY = weights.KNOWN["distil-small.en"]
COMMIT = "0123456789abcdef0123456789abcdef01234567"
FILES = {
    "config.json": b"{}",
    "tokenizer.json": b'{"a": 1}',
    "vocabulary.txt": b"a\nb\n",
    "model.bin": bytes(range(256)) * 40,
    "README.md": b"not wanted",
}


class Hub(BaseHTTPRequestHandler):
    """As much of the hub's protocol as a download needs."""

    said: ClassVar[dict] = {}

    def log_message(self, *args):
        """Say nothing."""

    def do_HEAD(self):
        self.answer(body=False)

    def do_GET(self):
        self.answer(body=True)

    def answer(self, body):
        path = self.path.split("?")[0]
        if body and path.endswith("model.bin"):
            self.said["fetched"] = self.said.get("fetched", 0) + 1
        self.said.setdefault("asked", []).append(path)
        if path.startswith(f"/api/models/{REPOSITORY}"):
            return self.send(json.dumps(self.card()).encode(), {"Content-Type": "application/json"}, body)
        name = path.rsplit("/", 1)[-1]
        data = self.said.get("damaged", {}).get(name, FILES[name])
        etag = hashlib.sha256(FILES[name]).hexdigest()
        headers = {"ETag": f'"{etag}"', "X-Repo-Commit": COMMIT, "Accept-Ranges": "bytes"}
        asked = self.headers.get("Range", "")
        if body and asked.startswith("bytes=") and asked != "bytes=0-":
            first = int(asked.removeprefix("bytes=").split("-")[0])
            self.said.setdefault("ranges", []).append(first)
            headers["Content-Range"] = f"bytes {first}-{len(data) - 1}/{len(data)}"
            return self.send(data[first:], headers, body, 206)
        return self.send(data, headers, body, cut=self.said.get("cut", {}).pop(name, None) if body else None)

    def card(self):
        def sibling(name, data):
            lfs = {"size": len(data), "sha256": hashlib.sha256(data).hexdigest(), "pointerSize": 1}
            return {
                "rfilename": name,
                "size": len(data),
                "blobId": hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest(),
                **({"lfs": lfs} if name == "model.bin" else {}),
            }

        return {
            "id": REPOSITORY,
            "modelId": REPOSITORY,
            "sha": COMMIT,
            "siblings": [sibling(n, d) for n, d in FILES.items()],
        }

    def send(self, data, headers, body, status=200, cut=None):
        self.send_response(status)
        for key, value in {**headers, "Content-Length": str(len(data))}.items():
            self.send_header(key, value)
        self.end_headers()
        if body:
            self.wfile.write(data[: cut or len(data)])
        self.close_connection = cut is not None


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """A hub on the loopback interface, and an empty folder to work in."""
    Hub.said = {}
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    from huggingface_hub import constants

    endpoint = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(constants, "ENDPOINT", endpoint)
    monkeypatch.setattr(
        constants, "HUGGINGFACE_CO_URL_TEMPLATE", endpoint + "/{repo_id}/resolve/{revision}/{filename}"
    )
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 1024)  # what is kept of a file that breaks off
    monkeypatch.chdir(tmp_path)
    yield Hub
    server.shutdown()
    server.server_close()
    thread.join()


def test_size_and_digest_are_said_first(hub):
    offered = download.offer("distil-small.en")
    assert {f.name for f in offered.files} == set(FILES) - {"README.md"}
    assert offered.size == sum(len(d) for n, d in FILES.items() if n != "README.md")
    assert hashlib.sha256(FILES["model.bin"]).hexdigest() in str(offered)
    assert not any("resolve" in path for path in hub.said["asked"])


def test_what_is_fetched_is_found(hub, tmp_path):
    folder = download.fetch(download.offer("distil-small.en"))
    assert folder == tmp_path / "models" / "distil-small.en"
    assert (folder / "model.bin").read_bytes() == FILES["model.bin"]
    assert weights.missing(folder) == ()
    assert weights.find("distil-small.en") == folder.resolve()


def test_what_is_there_is_not_fetched_again(hub):
    download.fetch(download.offer("distil-small.en"))
    download.fetch(download.offer("distil-small.en"))
    assert hub.said["fetched"] == 1


def test_a_damaged_file_does_not_stay(hub, tmp_path):
    hub.said["damaged"] = {"model.bin": FILES["model.bin"][::-1]}
    with pytest.raises(WeightsError, match="damaged"):
        download.fetch(download.offer("distil-small.en"))
    assert not (tmp_path / "models" / "distil-small.en" / "model.bin").exists()
    with pytest.raises(WeightsError, match=r"lacks model\.bin"):
        weights.find("distil-small.en")


def test_a_damaged_small_file_does_not_stay(hub, tmp_path):
    hub.said["damaged"] = {"config.json": b"[]"}
    with pytest.raises(WeightsError, match=r"config\.json arrived damaged"):
        download.fetch(download.offer("distil-small.en"))
    assert not (tmp_path / "models" / "distil-small.en" / "config.json").exists()


def test_a_dropped_connection_is_taken_up_where_it_broke(hub):
    hub.said["cut"] = {"model.bin": 4096}
    folder = download.fetch(download.offer("distil-small.en"))
    assert hub.said["ranges"] == [4096]
    assert (folder / "model.bin").read_bytes() == FILES["model.bin"]


def test_a_download_that_was_stopped_goes_on_in_the_next_command(hub, tmp_path, monkeypatch):
    """The client waits a moment before it asks again: that is when the user loses patience."""

    def lose_patience(seconds):
        raise KeyboardInterrupt

    hub.said["cut"] = {"model.bin": 4096}
    offered = download.offer("distil-small.en")
    with monkeypatch.context() as impatient, pytest.raises(KeyboardInterrupt):
        impatient.setattr(time, "sleep", lose_patience)
        download.fetch(offered)
    assert "ranges" not in hub.said
    with pytest.raises(WeightsError, match=r"lacks model\.bin"):
        weights.find("distil-small.en")
    folder = download.fetch(offered)
    assert hub.said["ranges"] == [4096]
    assert (folder / "model.bin").read_bytes() == FILES["model.bin"]


def test_a_full_disk_is_not_blamed_on_the_hub(hub, monkeypatch):
    from huggingface_hub import file_download

    def full(*args, **more):
        raise OSError(errno.ENOSPC, "No space left on device")

    offered = download.offer("distil-small.en")
    monkeypatch.setattr(file_download, "http_get", full)
    with pytest.raises(OutputError, match="No space left on device"):
        download.fetch(offered)


def test_a_disk_that_is_too_small_is_said_before_anything_is_fetched(hub, monkeypatch):
    monkeypatch.setattr(hub_client.shutil, "disk_usage", lambda folder: SimpleNamespace(free=100))
    with pytest.raises(OutputError, match="make room first"):
        download.fetch(download.offer("distil-small.en"))
    assert "fetched" not in hub.said


def test_no_hub_means_a_sentence_that_says_what_to_copy_where(hub, monkeypatch):
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(WeightsError, match="cannot be reached") as caught:
        download.offer("distil-small.en")
    assert "model.bin" in str(caught.value)
    assert "models/distil-small.en" in str(caught.value)


def test_a_pinned_digest_counts_more_than_the_hubs(hub, monkeypatch):
    other = pinned.PinnedFile("model.bin", len(FILES["model.bin"]), "0" * 64)
    monkeypatch.setitem(pinned.FILES, "distil-small.en", (other,))
    with pytest.raises(WeightsError, match=r"model\.bin arrived damaged"):
        download.fetch(download.offer("distil-small.en"))


def test_an_unknown_model():
    with pytest.raises(WeightsError, match="known are"):
        download.offer("gigantic")
    with pytest.raises(WeightsError, match=r"did you mean 'small\.en'"):
        download.offer("smal.en")
