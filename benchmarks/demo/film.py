"""The film itself: speech and sounds mixed, stills chosen picture by picture, both handed to ffmpeg."""

from __future__ import annotations

import subprocess
import tempfile
import wave
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.demo import sound
from benchmarks.demo.camera import LowerThird, Shot
from benchmarks.demo.pictures import HEIGHT, WIDTH, Picture, draw
from benchmarks.demo.screenplay import Screenplay
from benchmarks.demo.timeline import END_CARD_MS, FRAME_MS, HEAD_MS, MURMUR_GAIN, Film
from benchmarks.demo.voices import SAMPLE_RATE_HZ, SAMPLES_PER_MS, Speaker

Openness = NDArray[np.int64]

ROOM_DB = -58.0
SEATS = 5
END_LINES = "Everybody you have met here was invented.\nTheir words are original, their voices synthetic."
_MOUTH_MS = 80
_MOUTH_LEVELS = (0.018, 0.075)
_BLINK_EVERY_MS, _BLINK_MS = 4280, 120


@dataclass(frozen=True)
class Look:
    """How the film is made: with moving mouths or not, and how much room the encoder may take (CRF)."""

    mouths_move: bool
    quality: int
    preset: str


DEMO_LOOK = Look(mouths_move=True, quality=23, preset="slow")
LONG_LOOK = Look(mouths_move=False, quality=30, preset="ultrafast")


def mix_sound(film: Film, speaker: Speaker, seed: int) -> sound.Samples:
    """The sound of the whole film, shape (n,), float32, 24 kHz: black and cards without room noise, then the
    room.
    """
    total = film.duration_ms * SAMPLES_PER_MS
    rng = np.random.default_rng(seed)
    mix = sound.room(total, ROOM_DB, rng)
    for start_ms, end_ms in _without_room(film):
        mix[start_ms * SAMPLES_PER_MS : end_ms * SAMPLES_PER_MS] = 0
    for section in film.sections:
        if section.card_ms >= 2000:
            sound.place(mix, sound.music(section.card_ms), section.start_ms)
    sound.place(mix, sound.music(END_CARD_MS), film.end_card_ms)
    for event in film.sounds:
        sound.place(mix, sound.effect(event.name, rng), event.start_ms)
    for u in film.utterances:
        voice = sound.in_room(speaker.say(u.speaker, u.text), speaker.distance_m(u.speaker))
        sound.place(mix, voice, u.start_ms, MURMUR_GAIN if u.backchannel else 1.0)
    return np.clip(mix, -0.98, 0.98)


def _without_room(film: Film) -> list[tuple[int, int]]:
    cards = [(s.start_ms, s.start_ms + s.card_ms) for s in film.sections if s.card_ms]
    return [(0, HEAD_MS), *cards, (film.end_card_ms, film.duration_ms)]


def mouths(mix: sound.Samples) -> Openness:
    """How open a speaking mouth is, 0 to 2, for each 80 ms of sound: shape (n,), int64."""
    step = _MOUTH_MS * SAMPLES_PER_MS
    padded = np.pad(mix, (0, -len(mix) % step)).reshape(-1, step)
    return np.digitize(np.sqrt(np.mean(padded**2, axis=1)), _MOUTH_LEVELS)


def stills(
    film: Film,
    shots: Sequence[Shot],
    thirds: Sequence[LowerThird],
    play: Screenplay,
    openness: Openness | None,
) -> Iterator[Picture]:
    """The picture of every frame, 25 a second; with `openness` (from `mouths`) whoever speaks moves the
    lips.
    """
    spoken = [u for u in film.utterances if not u.backchannel]
    bases = [_base(shot, film, play) for shot in shots]
    shot = third = word = 0
    for at_ms in range(0, film.duration_ms, FRAME_MS):
        while shots[shot].end_ms <= at_ms:
            shot += 1
        while third < len(thirds) and thirds[third].end_ms <= at_ms:
            third += 1
        while word < len(spoken) - 1 and spoken[word].end_ms <= at_ms:
            word += 1
        picture = bases[shot]
        if third < len(thirds) and thirds[third].start_ms <= at_ms and picture.who == thirds[third].who:
            person = play.person(thirds[third].who)
            picture = replace(picture, name=person.name, credit=person.credit)
        if picture.kind == "wide":
            late = tuple(
                s.enters
                for s in film.sounds
                if s.enters and s.section == shots[shot].section and at_ms < s.end_ms
            )
            picture = replace(picture, absent=late)
        if openness is not None and picture.kind in ("wide", "close"):
            speaking = spoken[word].speaker if spoken[word].start_ms <= at_ms < spoken[word].end_ms else ""
            picture = _moving(picture, speaking, int(openness[at_ms // _MOUTH_MS]), at_ms)
        yield picture


def _moving(picture: Picture, speaking: str, open_by: int, at_ms: int) -> Picture:
    shut = picture.kind == "close" and at_ms % _BLINK_EVERY_MS < _BLINK_MS
    if speaking and open_by and speaking in (picture.who, *picture.cast):
        return replace(picture, speaking=speaking, mouth=open_by, eyes_shut=shut)
    return replace(picture, eyes_shut=shut)


def _base(shot: Shot, film: Film, play: Screenplay) -> Picture:
    if shot.kind == "end":
        return Picture("end", title=play.title, subtitle=END_LINES)
    if shot.section is None:
        return Picture("black")
    section = film.sections[shot.section]
    if shot.kind == "card":
        if section.kind == "introduction":
            return Picture(
                "card",
                title=play.title,
                subtitle="Interpersonal group therapy for addictions\n" + section.title,
            )
        return Picture("card", title=section.title)
    if shot.kind == "wide":
        return Picture("wide", cast=seating(section.cast, play, film))
    return Picture("close", who=shot.who or "", study=section.kind == "commentary")


def seating(cast: Sequence[str], play: Screenplay, film: Film) -> tuple[str, ...]:
    """Who sits where: the two therapists at the ends, between them everybody in the scene, or the film's
    whole group.
    """
    group = {p for s in film.sections for p in s.cast if play.person(p).role == "client"}
    members = group if len(group) <= SEATS else {p for p in cast if play.person(p).role == "client"}
    first, last = ([p.id for p in play.people if p.role == role] for role in ("cotherapist", "therapist"))
    return (*first, *sorted(members), *last)


def write_video(path: Path, mix: sound.Samples, frames: Iterator[Picture], look: Look) -> None:
    """Encode sound and pictures as H.264 and AAC in an MP4 whose index stands first; raises RuntimeError if
    ffmpeg fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        audio = Path(folder, "sound.wav")
        with wave.open(str(audio), "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(SAMPLE_RATE_HZ)
            out.writeframes((mix * 32767).astype("<i2").tobytes())
        done = Path(folder, "film.mp4")
        command = _encoder(audio, done, look)
        with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as ffmpeg:
            assert ffmpeg.stdin is not None and ffmpeg.stderr is not None
            for frame in frames:
                ffmpeg.stdin.write(draw(frame))
            ffmpeg.stdin.close()
            complaint = ffmpeg.stderr.read().decode(errors="replace")
        if ffmpeg.returncode:
            raise RuntimeError(f"ffmpeg failed: {complaint.strip()[-300:]}")
        path.write_bytes(done.read_bytes())


def _encoder(audio: Path, out: Path, look: Look) -> list[str]:
    pictures = f"-f rawvideo -pix_fmt yuv420p -s {WIDTH}x{HEIGHT} -r {1000 // FRAME_MS} -i -"
    colours = "-colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range tv"
    # a key frame at every cut, which the fastest presets would leave out
    video = f"-c:v libx264 -preset {look.preset} -crf {look.quality} -sc_threshold 40 -g 250 -threads 2"
    voice = "-c:a aac -b:a 80k -ar 48000"
    same_bytes = "-map_metadata -1 -fflags +bitexact -flags:v +bitexact -flags:a +bitexact"
    options = f"{colours} {video} {voice} {same_bytes} -movflags +faststart"
    return ["ffmpeg", "-v", "error", "-y", *pictures.split(), "-i", str(audio), *options.split(), str(out)]
