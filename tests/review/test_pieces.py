"""Pieces of a recording: the very bytes that were asked for, whichever way they are read."""

import pytest

from pipeline.review.pieces import PIECE_BYTES


@pytest.fixture
def media(desk, demo):
    whole = (demo.media / "demo.mp4").read_bytes()

    def ask(wanted=None, method="GET", **headers):
        sent = {**({"range": wanted} if wanted else {}), **headers}
        return desk.client.request(method, f"/media/{desk.id}", headers=sent)

    return whole, ask


def test_pieces_are_the_bytes_of_the_file(media):
    whole, ask = media
    size = len(whole)
    pieces = (
        (0, 0), (0, 1), (1, 65_536), (size - 1, size - 1), (size - 10, size + 10), (0, PIECE_BYTES - 1), (7, PIECE_BYTES + 6),
        (3, PIECE_BYTES + 3), (0, 10**15 - 1), (100, 10**14),
    )  # fmt: skip
    for first, last in pieces:
        answer = ask(f"bytes={first}-{last}")
        end = min(last, size - 1)
        assert answer.status_code == 206, (first, last)
        assert answer.content == whole[first : end + 1]
        assert answer.headers["content-range"] == f"bytes {first}-{end}/{size}"
        assert answer.headers["content-length"] == str(end + 1 - first)
        assert answer.headers["content-type"] == "video/mp4" and answer.headers["accept-ranges"] == "bytes"
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert ask(f"bytes={size - 5}-").content == whole[-5:]
    assert ask("bytes=-5").content == whole[-5:]
    assert ask().content == whole and ask().status_code == 200


def test_what_is_no_piece_is_answered_as_http_says(media):
    whole, ask = media
    size = len(whole)
    for wanted in (f"bytes={size}-{size + 5}", f"bytes={size + 9}-"):
        assert ask(wanted).status_code == 416 and ask(wanted).headers["content-range"].endswith(f"*/{size}")
    for wanted in ("bytes=5-2", "bytes=x-y", "items=0-5", "bytes=٠-٩"):
        assert ask(wanted.encode()).status_code in (200, 400, 416)
    head = ask("bytes=0-9", "HEAD")
    assert head.status_code in (200, 206, 405) and head.content == b""
    tag = ask("bytes=0-9").headers["etag"]
    assert ask("bytes=0-9", **{"if-range": tag}).status_code == 206
    assert ask("bytes=0-9", **{"if-range": '"another"'}).status_code == 200  # the file is another one by now
    several = ask("bytes=0-1,5-6")
    assert several.status_code == 206 and several.headers["content-type"].startswith("multipart/byteranges")
