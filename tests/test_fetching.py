"""Fetching weights, from a hub of our own on this machine: sizes first, digests checked, resumed, honest when it fails."""

import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from pipeline import fetching, weights
from pipeline.errors import WeightsError

REPOSITORY = weights.KNOWN["tiny.en"]
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
        return self.send(data, {"ETag": f'"{etag}"', "X-Repo-Commit": COMMIT, "Accept-Ranges": "bytes"}, body)

    def card(self):
        def sibling(name, data):
            lfs = {"size": len(data), "sha256": hashlib.sha256(data).hexdigest(), "pointerSize": 1}
            return {
                "rfilename": name,
                "size": len(data),
                "blobId": "0",
                **({"lfs": lfs} if name == "model.bin" else {}),
            }

        return {
            "id": REPOSITORY,
            "modelId": REPOSITORY,
            "sha": COMMIT,
            "siblings": [sibling(n, d) for n, d in FILES.items()],
        }

    def send(self, data, headers, body):
        self.send_response(200)
        for key, value in {**headers, "Content-Length": str(len(data))}.items():
            self.send_header(key, value)
        self.end_headers()
        if body:
            self.wfile.write(data)


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
    monkeypatch.chdir(tmp_path)
    yield Hub
    server.shutdown()
    server.server_close()
    thread.join()


def test_size_and_digest_are_said_first(hub):
    offered = fetching.offer("tiny.en")
    assert {f.name for f in offered.files} == set(FILES) - {"README.md"}
    assert offered.size == sum(len(d) for n, d in FILES.items() if n != "README.md")
    assert hashlib.sha256(FILES["model.bin"]).hexdigest() in str(offered)
    assert not any("resolve" in path for path in hub.said["asked"])


def test_what_is_fetched_is_found(hub, tmp_path):
    folder = fetching.fetch(fetching.offer("tiny.en"))
    assert folder == tmp_path / "models" / "tiny.en"
    assert (folder / "model.bin").read_bytes() == FILES["model.bin"]
    assert weights.missing(folder) == ()
    assert weights.find("tiny.en") == folder.resolve()


def test_what_is_there_is_not_fetched_again(hub):
    fetching.fetch(fetching.offer("tiny.en"))
    fetching.fetch(fetching.offer("tiny.en"))
    assert hub.said["fetched"] == 1


def test_a_damaged_file_does_not_stay(hub, tmp_path):
    hub.said["damaged"] = {"model.bin": FILES["model.bin"][::-1]}
    with pytest.raises(WeightsError, match="damaged"):
        fetching.fetch(fetching.offer("tiny.en"))
    assert not (tmp_path / "models" / "tiny.en" / "model.bin").exists()
    with pytest.raises(WeightsError, match=r"lacks model\.bin"):
        weights.find("tiny.en")


def test_no_hub_means_a_sentence_that_says_what_to_copy_where(hub, monkeypatch):
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(WeightsError, match="cannot be reached") as caught:
        fetching.offer("tiny.en")
    assert "model.bin" in str(caught.value)
    assert "models/tiny.en" in str(caught.value)


def test_an_unknown_model():
    with pytest.raises(WeightsError, match="known are"):
        fetching.offer("gigantic")
