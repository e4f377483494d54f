"""Recordings of all kinds, made so that their truth is known: when clicks are heard, white pictures seen."""

from __future__ import annotations

import hashlib
import os
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from pipeline.errors import MediaError
from pipeline.media import facts as media
from pipeline.media.decode import decode_with_ffmpeg
from pipeline.media.digest import digest
from pipeline.media.facts import decode_audio, facts
from pipeline.progress import silent
from pipeline.timing import Span
from tests.support import media_makers as make

CLOSE_MS = 5


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make.film(tmp_path_factory.mktemp("film") / "film.mp4")


@pytest.fixture(scope="session")
def late_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sound starts 0.436 s after the picture."""
    return make.film(tmp_path_factory.mktemp("late") / "late.mp4", late_s=0.436)


def copied(source: Path, path: Path, *options: str) -> Path:
    make.ffmpeg("-i", source, "-c", "copy", *options, path)
    return path


def encoded(folder: Path, name: str, *options: str) -> Path:
    make.ffmpeg("-i", make.wav(folder / "clicks.wav"), *options, folder / name)
    return folder / name


def shifted(by_ms: int, first: int = 0) -> list[int]:
    """The clicks, those from number `first` on moved."""
    return [ms + (by_ms if i >= first else 0) for i, ms in enumerate(make.CLICKS_MS)]


def heard(path: Path) -> list[float]:
    return make.heard_clicks_ms(decode_audio(path).samples)


def heard_through_ffmpeg(path: Path) -> list[float]:
    found = facts(path)
    decoded = decode_with_ffmpeg(path, found.audio_stream, found.channels, silent)
    return make.heard_clicks_ms(decoded.sound.samples())


def close(expected: list[float] | list[int]) -> object:
    return pytest.approx(expected, abs=CLOSE_MS)


class TestFacts:
    def test_of_a_film(self, film: Path) -> None:
        found = facts(film)
        assert (found.has_audio, found.has_picture) == (True, True)
        assert (found.width, found.height, found.frame_rate) == (64, 64, Fraction(25))
        assert (found.sample_rate_hz, found.channels, found.audio_codec) == (44_100, 1, "aac")
        assert found.duration_ms == pytest.approx(make.LENGTH_MS, abs=CLOSE_MS)
        assert "mp4" in found.container

    def test_cover_art_is_no_picture(self, tmp_path: Path) -> None:
        cover = tmp_path / "cover.png"
        make.ffmpeg("-f", "lavfi", "-i", "color=red:s=32x32", "-frames:v", "1", cover)
        song = encoded(tmp_path, "plain.mp3")
        with_cover = tmp_path / "song.mp3"
        make.ffmpeg(
            "-i", song, "-i", cover, "-map", "0", "-map", "1", "-c", "copy", "-id3v2_version", "3", with_cover
        )
        found = facts(with_cover)
        assert not found.has_picture
        assert found.width is None
        assert heard(with_cover) == close(shifted(0))

    def test_length_is_counted_where_the_file_tells_none(self, tmp_path: Path) -> None:
        """As in what browsers record: WebM written to a pipe, without a length."""
        path = encoded(tmp_path, "live.webm", "-c:a", "libopus", "-live", "1")
        with av.open(str(path)) as container:
            assert container.duration is None
        assert abs(facts(path).duration_ms - make.LENGTH_MS) <= 25

    def test_tags_in_an_unknown_encoding_do_not_matter(self, tmp_path: Path) -> None:
        path = encoded(tmp_path, "tagged.mkv", "-metadata", "title=Recovery")
        path.write_bytes(path.read_bytes().replace(b"Recovery", b"R\xffcov\xe9ry"))
        assert facts(path).has_audio


class TestBadFiles:
    def sentence(self, path: Path) -> str:
        with pytest.raises(MediaError) as caught:
            decode_audio(path)
        text = str(caught.value)
        assert str(path) in text
        assert "\n" not in text
        return text

    def test_missing(self, tmp_path: Path) -> None:
        assert "does not exist" in self.sentence(tmp_path / "none.mp4")

    def test_folder(self, tmp_path: Path) -> None:
        assert "is a folder" in self.sentence(tmp_path)

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
    def test_pipe_is_not_waited_for(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe.mp4")
        assert "not a regular file" in self.sentence(tmp_path / "pipe.mp4")

    def test_unreadable(self, film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_: object, **__: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Path, "open", refuse)  # chmod would not stop the superuser
        assert "cannot be read: we may not read it" in self.sentence(film)

    def test_zero_bytes(self, tmp_path: Path) -> None:
        (tmp_path / "empty.mp4").touch()
        assert "zero bytes" in self.sentence(tmp_path / "empty.mp4")

    def test_text_named_mp4(self, tmp_path: Path) -> None:
        path = tmp_path / "notes.mp4"
        path.write_text("These are my notes on the second session.\n" * 50)
        assert "is not a recording" in self.sentence(path)

    def test_subtitles_given_as_recording(self, tmp_path: Path) -> None:
        path = tmp_path / "captions.srt"
        path.write_text("1\n00:00:01,000 --> 00:00:02,000\nHello.\n")
        assert "is not a recording" in self.sentence(path)

    def test_picture_only(self, film: Path, tmp_path: Path) -> None:
        assert "holds no sound, only a picture" in self.sentence(copied(film, tmp_path / "mute.mp4", "-an"))

    def test_sound_of_no_length(self, tmp_path: Path) -> None:
        assert "its sound is empty" in self.sentence(make.wav(tmp_path / "none.wav", np.zeros(0)))

    def test_cut_off_before_the_index(self, film: Path, tmp_path: Path) -> None:
        path = tmp_path / "cut.mp4"
        path.write_bytes(film.read_bytes()[:-2000])
        assert "cut off before its index" in self.sentence(path)


class TestPresentationTime:
    """Each file's truth is known from how it is made; where it has white frames, they confirm it."""

    def agrees_with_picture(self, path: Path, expected: list[int]) -> None:
        assert make.seen_flashes_ms(path) == close(expected)
        assert heard(path) == close(expected)
        assert heard_through_ffmpeg(path) == close(expected)

    def test_mp4_takes_off_the_encoders_priming(self, film: Path) -> None:
        self.agrees_with_picture(film, shifted(0))

    @pytest.mark.parametrize("name", ["late.mp4", "late.mkv", "late.ts"])
    def test_sound_that_starts_after_the_picture(self, late_film: Path, tmp_path: Path, name: str) -> None:
        path = copied(late_film, tmp_path / name)
        start = (
            make.seen_flashes_ms(path)[0] - make.CLICKS_MS[0]
        )  # 0 but where a container cannot start before 0
        assert abs(start) <= CLOSE_MS
        assert heard(path) == close(shifted(436))
        assert heard_through_ffmpeg(path) == close(shifted(436))

    def test_edit_list(self, film: Path, tmp_path: Path) -> None:
        """A cut without encoding keeps the packets before it, and tells in the edit list not to show them."""
        path = tmp_path / "cut.mp4"
        make.ffmpeg("-ss", "0.52", "-i", film, "-c", "copy", path)
        self.agrees_with_picture(path, shifted(-520))

    @pytest.mark.parametrize("offset_s", [0, 1000])
    def test_transport_stream(self, film: Path, tmp_path: Path, offset_s: int) -> None:
        """Copied from MP4, the priming becomes sound (1024 samples, 23 ms), and the file starts there."""
        path = copied(film, tmp_path / "film.ts", "-output_ts_offset", str(offset_s))
        self.agrees_with_picture(path, shifted(23))

    def test_matroska(self, film: Path, tmp_path: Path) -> None:
        path = copied(film, tmp_path / "film.mkv")
        start = round(make.seen_flashes_ms(path)[0]) - make.CLICKS_MS[0]
        self.agrees_with_picture(path, shifted(start))

    def test_fragmented_mp4(self, film: Path, tmp_path: Path) -> None:
        path = copied(film, tmp_path / "fragments.mp4", "-movflags", "frag_keyframe+empty_moov")
        start = round(make.seen_flashes_ms(path)[0]) - make.CLICKS_MS[0]
        assert heard(path) == close(shifted(start))

    @pytest.mark.parametrize(
        ("name", "codec"),
        [
            ("a.webm", "libopus"),
            ("a.ogg", "libvorbis"),
            ("a.mp3", "libmp3lame"),
            ("a.m4a", "aac"),
            ("a.flac", "flac"),
        ],
    )
    def test_sound_alone(self, tmp_path: Path, name: str, codec: str) -> None:
        path = encoded(tmp_path, name, "-c:a", codec)
        assert heard(path) == close(shifted(0))
        assert not facts(path).has_picture

    @pytest.mark.parametrize("rate_hz", [8_000, 16_000, 48_000])
    def test_wav(self, tmp_path: Path, rate_hz: int) -> None:
        path = make.wav(tmp_path / "a.wav", make.clicks(rate_hz=rate_hz), rate_hz=rate_hz)
        audio = decode_audio(path)
        assert make.heard_clicks_ms(audio.samples) == close(shifted(0))
        assert audio.duration_ms == make.LENGTH_MS

    def test_gap_in_the_timestamps_is_silent(self, film: Path, tmp_path: Path) -> None:
        path = make.remux(film, tmp_path / "gap.mkv", lambda packet: _delayed(packet, after_s=1.4, by_s=1))
        audio = decode_audio(path)
        start = make.seen_flashes_ms(path)[0] - make.CLICKS_MS[0]
        assert make.heard_clicks_ms(audio.samples) == close([ms + start for ms in shifted(1000, first=1)])
        assert heard_through_ffmpeg(path) == close([ms + start for ms in shifted(1000, first=1)])
        assert not audio.window(Span(1600, 2300)).any()

    def test_one_lost_packet_moves_nothing(self, film: Path, tmp_path: Path) -> None:
        """23 ms are missing: less than what ffmpeg's own filter cares for."""
        seen = []

        def lose(packet: av.Packet) -> av.Packet | None:
            seen.append(packet.stream.type)
            return None if seen.count("audio") == 60 and packet.stream.type == "audio" else packet

        path = make.remux(film, tmp_path / "lost.mkv", lose)
        start = make.seen_flashes_ms(path)[0] - make.CLICKS_MS[0]
        assert heard(path) == close([ms + start for ms in shifted(0)])

    def test_overlap_is_heard_once(self, film: Path, tmp_path: Path) -> None:
        """A recorder that was changed over: the second file begins 0.2 s before the first ends."""
        parts = [copied(film, tmp_path / f"{at}.ts", "-output_ts_offset", str(at)) for at in (1, 5.2)]
        path = tmp_path / "overlap.ts"
        path.write_bytes(b"".join(part.read_bytes() for part in parts))
        assert heard(path) == close([*shifted(23), *shifted(4223)])

    def test_joined_transport_streams_go_on(self, film: Path, tmp_path: Path) -> None:
        """Two broadcasts in one file: the clock jumps by 1000 s where the second begins."""
        parts = [copied(film, tmp_path / f"{at}.ts", "-output_ts_offset", str(at)) for at in (0, 1000)]
        path = tmp_path / "joined.ts"
        path.write_bytes(b"".join(part.read_bytes() for part in parts))
        audio = decode_audio(path)
        assert len(make.heard_clicks_ms(audio.samples)) == 2 * len(make.CLICKS_MS)
        assert audio.duration_ms < 3 * make.LENGTH_MS
        assert any("starts anew" in note for note in audio.notes)


def _delayed(packet: av.Packet, after_s: float, by_s: float) -> av.Packet:
    if packet.stream.type == "audio" and packet.pts * packet.time_base > after_s:
        packet.pts += round(by_s / packet.time_base)
        packet.dts = packet.pts
    return packet


class TestDecoding:
    def test_progress_rises_to_one(self, film: Path) -> None:
        shares: list[float] = []
        decode_audio(film, shares.append)
        assert shares == sorted(shares)
        assert len(shares) > 2
        assert shares[-1] == 1.0

    def test_it_decodes_what_pyav_cannot(self, film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_: object) -> None:
            raise av.error.DecoderNotFoundError(0, "no decoder")

        monkeypatch.setattr(media, "decode_with_pyav", fail)
        assert heard(film) == close(shifted(0))


class TestDamage:
    @pytest.mark.parametrize("name", ["front.mp4", "film.mkv", "sound.wav", "sound.flac", "sound.mp3"])
    def test_cut_off_in_the_middle(self, film: Path, tmp_path: Path, name: str) -> None:
        whole = _cuttable(film, tmp_path, name)
        half = tmp_path / f"half-{name}"
        half.write_bytes(whole.read_bytes()[: whole.stat().st_size * 55 // 100])
        audio = decode_audio(half)
        assert make.heard_clicks_ms(audio.samples) == make.heard_clicks_ms(decode_audio(whole).samples)[:2]
        assert any("sound ends at 0:02 of 0:04; the file seems cut off" in note for note in audio.notes)
        assert not decode_audio(whole).notes

    def test_sound_that_ends_before_the_picture_is_whole(self, tmp_path: Path) -> None:
        path = make.film(tmp_path / "short.mkv", "-af", "atrim=end=2.5")
        assert not decode_audio(path).notes

    def test_damaged_packets_are_silent_and_move_nothing(self, film: Path, tmp_path: Path) -> None:
        content = bytearray(film.read_bytes())
        with av.open(str(film)) as container:
            for packet in container.demux(audio=0):
                if packet.size and 1.2 < packet.pts * packet.time_base < 1.6:
                    content[packet.pos : packet.pos + packet.size] = bytes(packet.size)
        path = tmp_path / "damaged.mp4"
        path.write_bytes(content)
        audio = decode_audio(path)
        assert make.heard_clicks_ms(audio.samples) == close(shifted(0))
        assert not audio.window(Span(1300, 1500)).any()
        assert any("damaged packets" in note for note in audio.notes)


def _cuttable(film: Path, folder: Path, name: str) -> Path:
    if name.startswith("sound"):
        return encoded(folder, name)
    return copied(film, folder / name, *(["-movflags", "+faststart"] if name.endswith("mp4") else []))


class TestChannels:
    def loudness(self, path: Path) -> float:
        return float(np.abs(decode_audio(path).samples.astype(np.int32)).max()) / 32768

    def test_opposite_phase_is_not_silenced(self, tmp_path: Path) -> None:
        clicks = make.clicks()
        path = make.wav(tmp_path / "a.wav", clicks, -clicks)
        assert self.loudness(path) > 0.5
        assert heard(path) == close(shifted(0))

    def test_empty_channel_at_worst_halves(self, tmp_path: Path) -> None:
        clicks = make.clicks()
        path = make.wav(tmp_path / "a.wav", np.zeros_like(clicks), clicks)
        assert self.loudness(path) == pytest.approx(0.45, abs=0.05)

    @pytest.mark.parametrize("channels", [4, 6])
    def test_speech_on_any_of_many_channels(self, tmp_path: Path, channels: int) -> None:
        clicks = make.clicks()
        for which in (0, 2):
            rows = [clicks if i == which else np.zeros_like(clicks) for i in range(channels)]
            path = make.wav(tmp_path / f"{which}.wav", *rows)
            assert heard(path) == close(shifted(0))

    @pytest.mark.parametrize(("flag", "first"), [("default", 400), ("0", 900)])
    def test_default_stream_is_chosen_else_the_first(self, tmp_path: Path, flag: str, first: int) -> None:
        one = make.wav(tmp_path / "one.wav", make.clicks(at_ms=[900]))
        two = make.wav(tmp_path / "two.wav", make.clicks(at_ms=[400]))
        path = tmp_path / "both.mkv"
        inputs = ["-i", one, "-i", two, "-map", "0", "-map", "1", "-c:a", "flac"]
        make.ffmpeg(*inputs, "-disposition:a:0", "0", "-disposition:a:1", flag, path)
        audio = decode_audio(path)
        assert make.heard_clicks_ms(audio.samples) == close([first])
        assert any("2 audio tracks" in note for note in audio.notes)

    @pytest.mark.parametrize(
        ("languages", "flags", "track", "language", "first", "said"),
        [
            (("ger", "eng"), ("default", "0"), 0, "en", 400, "track 2 (eng) is used"),
            (("ger", "eng"), ("default", "0"), 0, "de-AT", 900, "track 1 (ger) is used"),
            (("ger", "eng"), ("0", "default"), 0, "fr", 400, "track 2 (eng) is used"),
            (("eng", "eng"), ("default+comment", "0"), 0, "en", 400, "track 2 (eng) is used"),
            (("eng", "eng"), ("visual_impaired", "default"), 0, "en", 400, "track 2 (eng) is used"),
            (("eng", "ger"), ("default", "0"), 2, "en", 400, "track 2 (ger) is used"),
        ],
    )
    def test_the_track_of_the_talk(
        self,
        tmp_path: Path,
        languages: tuple[str, str],
        flags: tuple[str, str],
        track: int,
        language: str,
        first: int,
        said: str,
    ) -> None:
        path = two_tracks(tmp_path, languages, flags)
        audio = decode_audio(path, track=track, language=language)
        assert make.heard_clicks_ms(audio.samples) == close([first])
        assert any(said in note for note in audio.notes)

    def test_a_track_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(MediaError, match="has no audio track 3: there are 2"):
            facts(two_tracks(tmp_path, ("eng", "ger"), ("0", "0")), track=3)
        with pytest.raises(MediaError, match="has no audio track 2: there is 1"):
            decode_audio(make.wav(tmp_path / "a.wav"), track=2)


def two_tracks(folder: Path, languages: tuple[str, str], flags: tuple[str, str]) -> Path:
    """A film's sound twice: clicks at 900 ms on the first track, at 400 ms on the second."""
    one = make.wav(folder / "one.wav", make.clicks(at_ms=[900]))
    two = make.wav(folder / "two.wav", make.clicks(at_ms=[400]))
    named = [part for i in (0, 1) for part in (f"-metadata:s:a:{i}", f"language={languages[i]}")]
    flagged = [part for i in (0, 1) for part in (f"-disposition:a:{i}", flags[i])]
    path = folder / "both.mkv"
    make.ffmpeg("-i", one, "-i", two, "-map", "0", "-map", "1", "-c:a", "flac", *named, *flagged, path)
    return path


class TestNames:
    @pytest.mark.parametrize(
        "name", ['a b\'s "c".wav', "🎬 Füße.wav", "-y.wav", "concat:a|b.wav", "50%d.wav", "[x],;=.wav"]
    )
    def test_any_name_is_only_a_name(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        made = make.wav(tmp_path / "made.wav")
        monkeypatch.chdir(tmp_path)
        path = made.rename(tmp_path / name).relative_to(tmp_path)
        assert heard(path) == close(shifted(0))
        assert heard_through_ffmpeg(path) == close(shifted(0))


class TestDigest:
    def test_is_the_sha256_and_is_remembered(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path, cache = tmp_path / "a.bin", tmp_path / "made" / "digests.json"
        path.write_bytes(b"abc")
        expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2, B.1
        assert digest(path, cache) == expected
        monkeypatch.setattr(hashlib, "file_digest", None)  # would fail if it were read again
        assert digest(path, cache) == expected

    def test_a_change_that_hides_its_time_is_seen(self, tmp_path: Path) -> None:
        path, cache = tmp_path / "a.bin", tmp_path / "digests.json"
        path.write_bytes(b"a" * 1000)
        before, times = digest(path, cache), path.stat()
        with path.open("r+b") as file:
            file.write(b"b")
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
        assert digest(path, cache) != before

    @pytest.mark.parametrize("content", ["{", "[]", '{"x": 1}', "\x00"])
    def test_a_damaged_cache_is_started_anew(self, tmp_path: Path, content: str) -> None:
        path, cache = tmp_path / "a.bin", tmp_path / "digests.json"
        path.write_bytes(b"abc")
        cache.write_text(content)
        assert digest(path, cache).startswith("ba7816bf")
        assert digest(path, cache).startswith("ba7816bf")

    def test_missing_file(self, tmp_path: Path) -> None:
        with pytest.raises(MediaError, match="cannot be read"):
            digest(tmp_path / "none", tmp_path / "digests.json")


@pytest.mark.skipif(
    "VIGNETTE_DATA" not in os.environ, reason="VIGNETTE_DATA names no folder of outside recordings"
)
def test_outside_recordings_decode_or_say_why() -> None:
    folder = Path(os.environ["VIGNETTE_DATA"]) / "speech" / "formats"
    paths = sorted(folder.iterdir())
    assert paths
    for path in paths:
        if path.name.startswith("bad_"):
            with pytest.raises(MediaError):
                decode_audio(path)
        else:
            audio = decode_audio(path)
            assert abs(audio.duration_ms - facts(path).duration_ms) < 100, path.name
            assert np.abs(audio.samples.astype(np.int32)).max() > 1000, path.name
