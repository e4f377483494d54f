"""What may be opened as a recording: one regular file that holds its sound itself, by PyAV and by ffmpeg alike."""

from __future__ import annotations

import itertools
import os
import struct
from pathlib import Path

import av
import pytest

from pipeline.commands.recording import evidence_of
from pipeline.errors import MediaError
from pipeline.media import opening
from pipeline.media.digest import digest
from pipeline.media.facts import decode_audio, facts
from pipeline.media.ffmpeg import run_ffmpeg
from tests.support import media_makers as make

LISTS = {
    "m3u8": b"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{}\n#EXT-X-ENDLIST\n",
    "m3u": b"\xef\xbb\xbf\n#EXTINF:5,x\n{}\n",
    "ffconcat": b"ffconcat version 1.0\nfile '{}'\n",
    "sdp": b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\nm=audio 5004 RTP/AVP 0\r\n",
    "mpd": b'<?xml version="1.0"?>\n<!-- made --><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period/></MPD>',
    "pls": b"[playlist]\nFile1={}\n",
    "asx": b"<ASX version='3.0'><Entry><Ref href='{}'/></Entry></ASX>",
    "xspf": b'<?xml version="1.0"?><playlist><trackList/></playlist>',
}


@pytest.mark.parametrize("kind", LISTS)
@pytest.mark.parametrize("suffix", [".mp4", ".wav", ""])
def test_a_list_of_other_files_is_no_recording(tmp_path, kind, suffix):
    other = make.wav(tmp_path / "other.wav")
    path = tmp_path / f"list{suffix or '.' + kind}"
    path.write_bytes(LISTS[kind].replace(b"{}", other.name.encode()))
    with pytest.raises(MediaError, match=r"is a list of other files .* - give the recording itself"):
        facts(path)
    with pytest.raises((av.error.FFmpegError, OSError)):
        opening.open_container(path)
    with pytest.raises(MediaError, match="list of other files"):
        opening.ffmpeg_input(path)


def test_a_list_in_front_of_sound_does_not_make_two_recordings_of_one(tmp_path):
    make.ffmpeg(
        "-i", make.wav(tmp_path / "x.wav"), "-id3v2_version", "0", "-write_xing", "0", tmp_path / "x.mp3"
    )
    both = tmp_path / "both.mp3"
    both.write_bytes(b"#EXTM3U\n#EXTINF:5,\nx.wav\n" + (tmp_path / "x.mp3").read_bytes())
    with pytest.raises(MediaError, match="M3U playlist"):
        decode_audio(both)


def test_the_format_is_named_to_ffmpeg_and_nothing_else_is_in_reach(tmp_path):
    wav = make.wav(tmp_path / "x.wav")
    arguments = opening.ffmpeg_input(wav, ss="0.5").output("out.wav").get_args()
    given = dict(itertools.pairwise(arguments))
    assert (given["-f"], given["-protocol_whitelist"], given["-ss"]) == ("wav", "file", "0.5")
    for made in ("x.mka", "x.mp4", "x.ogg", "x.flac", "x.ts", "x.avi"):
        make.ffmpeg("-i", wav, tmp_path / made)
        run_ffmpeg(opening.ffmpeg_input(tmp_path / made).output(str(tmp_path / "again.wav")), wav)


@pytest.mark.parametrize("kind", ["pipe", "device", "link to a device", "folder", "gone"])
def test_only_regular_files_are_opened(tmp_path, kind):
    path = tmp_path / "talk.wav"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "link to a device":
        path.symlink_to("/dev/zero")
    elif kind == "device":
        path = type(path)("/dev/zero")
    for call in (facts, decode_audio, evidence_of, opening.ffmpeg_input):
        with pytest.raises(MediaError, match=r"not a regular file|is a folder|does not exist"):
            call(path)


@pytest.mark.parametrize(
    ("rate", "fine"), [(1, False), (1999, False), (2000, True), (8000, True), (4_000_000_000, False)]
)
def test_a_rate_that_no_recording_has_is_refused(tmp_path, rate, fine):
    path = make.wav(tmp_path / "x.wav")
    data = bytearray(path.read_bytes())
    data[24:32] = struct.pack("<II", rate, min(2 * rate, 2**32 - 1))
    path.write_bytes(data)
    if fine:
        assert facts(path).sample_rate_hz == rate
    else:
        with pytest.raises(MediaError, match=r"samples of sound a second|not a recording|damaged"):
            facts(path)


@pytest.fixture(params=["avc1", "hvc1"])
def unseen(request, tmp_path):
    """A film whose picture has a format that nobody knows."""
    codec = {"avc1": "libx264", "hvc1": "libx265"}[request.param]
    path = make.film(tmp_path / "talk.mp4", "-c:v", codec, "-tag:v", request.param)
    data = path.read_bytes()
    assert request.param.encode() in data
    at = data.index(request.param.encode(), data.index(b"stsd"))
    path.write_bytes(data[:at] + b"zzzz" + data[at + 4 :])
    return path


def test_a_picture_that_nobody_can_decode_does_not_stop_the_sound(unseen):
    found = facts(unseen)
    assert found.lost_picture and not found.has_picture and found.picture_stream is None
    audio = decode_audio(unseen)
    assert any("picture has a format that cannot be decoded" in note for note in audio.notes)
    assert [round(ms / 40) for ms in make.heard_clicks_ms(audio.samples)] == [
        ms // 40 for ms in make.CLICKS_MS
    ]
    assert evidence_of(unseen).media.lost_picture


@pytest.mark.parametrize("held", ["{", "[" * 200_000, "[1]", '{"x": 1}', "\udcff", None])
def test_a_cache_of_digests_that_cannot_be_read_is_gone_without(tmp_path, held):
    path, cache = make.wav(tmp_path / "x.wav"), tmp_path / "cache.json"
    expected = digest(path, tmp_path / "other.json")
    if held is None:
        cache.mkdir()
    else:
        cache.write_bytes(held.encode("utf-8", "surrogateescape"))
    assert digest(path, cache) == expected
    assert digest(path, cache) == expected


def test_a_cache_where_none_can_lie_costs_only_time(tmp_path):
    path = make.wav(tmp_path / "x.wav")
    (tmp_path / "file").write_text("x")
    assert digest(path, tmp_path / "file" / "cache.json") == digest(path, tmp_path / "cache.json")


def test_a_damaged_digest_is_not_believed(tmp_path):
    path, cache = make.wav(tmp_path / "x.wav"), tmp_path / "cache.json"
    expected = digest(path, cache)
    cache.write_text(cache.read_text().replace(expected, "none"))
    assert digest(path, cache) == expected


def _grow(path):
    path.write_bytes(path.read_bytes() + b"more")


def _shrink(path):
    os.truncate(path, path.stat().st_size // 2)


def _touch(path):
    os.utime(path, ns=(1, 1))


def _replace(path):
    other = path.with_name("other")
    other.write_bytes(path.read_bytes())
    other.replace(path)


CHANGES = {
    "grew": _grow,
    "shrank": _shrink,
    "written to": _touch,
    "written to while": _replace,
    "was removed": os.unlink,
}


@pytest.mark.parametrize("said", CHANGES)
@pytest.mark.parametrize(
    "then", [None, IndexError("index 4 is out of bounds"), MediaError(Path("x"), "is damaged")]
)
def test_a_recording_that_changes_while_it_is_read_is_told_whatever_came_of_that(tmp_path, said, then):
    path = make.wav(tmp_path / "talk.wav")
    with pytest.raises(MediaError, match=f"{said}.* - wait until it is copied"), opening.steady(path):
        CHANGES[said](path)
        if then:
            raise then


def test_a_recording_that_stays_as_it_is_is_read_and_fails_as_ever(tmp_path):
    path = make.wav(tmp_path / "talk.wav")
    with opening.steady(path):
        path.read_bytes()
    with pytest.raises(IndexError), opening.steady(path):
        raise IndexError
    with pytest.raises(MediaError, match="does not exist"):
        decode_audio(tmp_path / "gone.wav")


def test_sound_is_not_taken_from_a_file_that_grows_meanwhile(tmp_path):
    path = make.wav(tmp_path / "talk.wav")
    with pytest.raises(MediaError, match=r"grew from [\d,]+ to [\d,]+ bytes"):
        decode_audio(path, progress=lambda share: _grow(path))
