"""One recording on the bench: its inputs, read when first needed, and the order in which its stages feed each other."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Protocol, TypeVar

from pipeline import __version__
from pipeline.concepts import inflections, lexicon
from pipeline.concepts.coder import Finding
from pipeline.errors import SubtitlesError
from pipeline.files import data_file, digest_of_file, model_folders
from pipeline.media import digest
from pipeline.media import facts as media
from pipeline.media.facts import Audio
from pipeline.media.quiet import Stillness
from pipeline.progress import Progress
from pipeline.run import enrolment
from pipeline.run.jobs import Job
from pipeline.run.store import Store, digest_of
from pipeline.speech.voices import embeddings
from pipeline.speech.voices.cache import EmbeddingCache
from pipeline.speech.voices.clustering import Known
from pipeline.speech.voices.embeddings import Encoder
from pipeline.stages import align, captions, concepts, picture, speakers, transcribe, vignettes
from pipeline.stages.align import absent, pauses
from pipeline.timing import Span, clock
from pipeline.transcript import (
    Aligned,
    Captions,
    Concepts,
    Grade,
    Heard,
    Media,
    Parts,
    Picture,
    Transcript,
    Verdict,
    Voices,
)
from pipeline.transcript.subtitles import Subtitles

T = TypeVar("T")

# A stage's version: raise it when its result changes for equal inputs, and every artefact of it is done anew.
VERSIONS = {
    "sound": 1,
    "picture": picture.VERSION,
    "transcribe": 1,
    "align": 4,
    "speakers": speakers.VERSION,
    "vignettes": vignettes.VERSION,
    "concepts": concepts.VERSION,
    "captions": 3,
}
STAGES = tuple(VERSIONS)

LEXICON = "concepts.toml"
# Beside the stages' artefacts: what was found in every turn, so that one corrected word has one turn coded again.
CODED = "concepts-by-turn"
# And which patterns of the lexicon a word calls for, so that only those are read.
CALLED_FOR = "concepts-by-word"
# And what each passage sounded like, so that it has one passage listened to again.
HEARD = "voices-by-passage"

# And how the passages were grouped, which words that were corrected do not change.
GROUPED = "voices-by-group"

# Fewer words than this that are not found prove nothing: a murmur may well be missed.
ENOUGH_WORDS = 8

# The announced length may be off by this much before a person is warned.
DURATION_SLACK_MS = 2000


class Step(Protocol):
    """Does a stage or takes its artefact; see `pipeline.run.fold.Fold`."""

    def __call__(
        self, stage: str, kind: type[T], reads: Mapping[str, Any], produce: Callable[[Progress], T]
    ) -> T: ...


@dataclass(frozen=True, slots=True)
class Sound:
    """What decoding found: the recording's presentation length, whether it has a picture, and what is odd about it."""

    duration_ms: int
    has_picture: bool
    notes: tuple[str, ...] = ()


class Work:
    """A recording's inputs and the composition of its transcript; a context manager that lets go of the audio.

    Without `listening`, passages that were never heard have no voice.
    """

    def __init__(self, job: Job, store: Store, listening: bool = True) -> None:
        self.job, self.store, self.listening = job, store, listening
        self._audio: Audio | None = None
        self._digests: dict[int, tuple[Any, str]] = {}
        self.notes: tuple[str, ...] = ()

    def __enter__(self) -> Work:
        return self

    def __exit__(self, *_: object) -> None:
        self._audio = None

    @cached_property
    def given(self) -> Subtitles | None:
        """The subtitles or script, None without one. Raises SubtitlesError."""
        if self.job.subtitles is None:
            return None
        from pipeline.formats.readers import read

        people = [name for p in self.job.settings.people for name in (p.name, *p.also_known_as)]
        given = read(self.job.subtitles, self.job.settings.language, people).without_directions()
        if not given.words:
            raise SubtitlesError(
                self.job.subtitles, "holds no text", "remove it, or name another with --subtitles"
            )
        return given

    @cached_property
    def media_sha256(self) -> str:
        return digest.digest(self.job.media, self.store.folder / "media-digest.json")

    def audio(self) -> Audio:
        """The sound on the presentation clock, decoded when a stage first needs it."""
        if self._audio is None:
            self._audio = media.decode_audio(self.job.media, **self._track)
        return self._audio

    @property
    def _track(self) -> dict[str, Any]:
        """Which audio track to listen to."""
        return {"track": self.job.settings.audio_track, "language": self.job.settings.language}

    @property
    def _listened_to(self) -> dict[str, Any]:
        """What every stage reads: the recording, and which track of it where that is not the English one."""
        chosen = self._track if self._track != {"track": 0, "language": "en"} else {}
        return {"recording": self.media_sha256, **chosen}

    def transcript(self, step: Step) -> Transcript:
        """Fold the stages into a transcript. Raises what the stages raise."""
        sound = step("sound", Sound, self._reads("sound"), self._decode)
        seen = step("picture", Picture, self._picture_reads(), lambda p: self._see(sound, p))
        heard = step("transcribe", Heard, self._transcribe_reads(), self._transcribe)
        aligned = step("align", Aligned, self._align_reads(heard), lambda p: self._align(heard, p))
        voices = step(
            "speakers",
            Voices,
            self._speaker_reads(heard, aligned, seen),
            lambda p: self._tell_apart(heard, aligned, seen, sound.duration_ms, p),
        )
        parts = step(
            "vignettes",
            Parts,
            self._part_reads(aligned, voices, seen, sound),
            lambda p: vignettes.run(aligned, voices, seen, sound.duration_ms, self.job.settings.vignettes, p),
        )
        tags = step(
            "concepts",
            Concepts,
            self._concept_reads(aligned, voices),
            lambda p: self._tag(aligned, voices, p),
        )
        made = step(
            "captions",
            Captions,
            self._caption_reads(aligned, voices, sound, seen, parts),
            lambda p: self._divide(aligned, voices, sound, seen, parts, p),
        )
        self.notes = (
            *sound.notes,
            *self._odd_length(sound),
            *seen.notes,
            *(self.given.notes if self.given else ()),
            *heard.notes,
            *voices.notes,
        )
        return Transcript(
            self._media(sound), heard, aligned, voices, made, _grade(heard, aligned, self.given),
            lang=self.job.settings.language, provenance=self._provenance(heard, voices, tags),
            concepts=tags, parts=parts, profile=self.job.settings.captions.profile,
        )  # fmt: skip

    def _reads(self, stage: str, **more: Any) -> dict[str, Any]:
        return {"version": VERSIONS[stage], **self._listened_to, **more}

    def _digest(self, value: Any, kind: Any) -> str:
        """`digest_of`, once for each result however many stages read it."""
        if id(value) not in self._digests:
            self._digests[id(value)] = (
                value,
                digest_of(value, kind),
            )  # held, so that no other value takes its place
        return self._digests[id(value)][1]

    def _decode(self, progress: Progress) -> Sound:
        facts = media.facts(self.job.media, **self._track)
        self._audio = media.decode_audio(self.job.media, progress, **self._track)
        return Sound(max(self._audio.duration_ms, facts.duration_ms), facts.has_picture, self._audio.notes)

    def _picture_reads(self) -> dict[str, Any]:
        return self._reads(
            "picture", settings=_plain(self.job.settings.picture), reader=picture.reader_identity()
        )

    def _see(self, sound: Sound, progress: Progress) -> Picture:
        return picture.run(self.job.media, sound.duration_ms, self.job.settings.picture, progress)

    def _transcribe_reads(self) -> dict[str, Any]:
        settings = self.job.settings
        return self._reads(
            "transcribe",
            settings=_plain(settings.transcribe, without=("processes",)),
            names=list(settings.names),
            language=settings.language,
            subtitles=self._given_digest(),
            recognizer=transcribe.choose(settings.transcribe).identity,
        )

    def _transcribe(self, progress: Progress) -> Heard:
        settings = self.job.settings
        return transcribe.run(
            self.audio(), self.given, settings.transcribe, settings.names, progress, settings.language
        )

    def _align_reads(self, heard: Heard) -> dict[str, Any]:
        return self._reads(
            "align",
            settings=_plain(self.job.settings.align, without=("processes",)),
            subtitles=self._given_digest(),
            heard=self._digest(heard, Heard),
            **({"ears": align.second_reading.VERSION} if heard.tokens and not heard.biased else {}),
        )

    def _align(self, heard: Heard, progress: Progress) -> Aligned:
        aligned = align.run(self.audio(), heard, self.given, self.job.settings.align, progress)
        proven = len(self.given.words) >= ENOUGH_WORDS if self.given else False
        if aligned.report.verdict is Verdict.UNRELATED and proven and self.job.subtitles is not None:
            raise SubtitlesError(
                self.job.subtitles,
                f"does not fit this recording: {' '.join(aligned.report.summary)}".rstrip(": "),
                "name the right file with --subtitles, or move this one away to transcribe without it",
            )
        is_still = Stillness(self.audio(), heard.regions)
        found = absent.marked(aligned, heard.regions, is_still)
        return pauses.marked(found, heard.regions, self.job.settings.language, is_still)

    @cached_property
    def encoder(self) -> Encoder:
        """What tells voices apart: the best that is here. Raises WeightsError."""
        return embeddings.choose(model_folders())

    def _speaker_reads(self, heard: Heard, aligned: Aligned, picture: Picture) -> dict[str, Any]:
        settings = self.job.settings
        return self._reads(
            "speakers",
            settings=_plain(settings.speakers),
            people=[asdict(p) for p in settings.people],
            clips=enrolment.digests(self.job),
            encoder=self.encoder.identity,
            aligned=self._digest(aligned, Aligned),
            regions=digest_of(heard.regions, tuple[Span, ...]),
            picture=self._digest(picture, Picture),
        )

    def _tell_apart(
        self, heard: Heard, aligned: Aligned, picture: Picture, duration_ms: int, progress: Progress
    ) -> Voices:
        settings = self.job.settings
        reads = {**self._listened_to, "encoder": self.encoder.identity}
        known = self.store.load(HEARD, dict[str, str], reads).result or {}
        memory = EmbeddingCache(self.encoder, self.audio if self.listening else None, known)
        clips = enrolment.clips(self.job, duration_ms, memory)
        groups = self.store.load(GROUPED, Known, reads).result or {}
        found = speakers.run(
            memory.embed, aligned, heard.regions, picture, settings.people, clips, settings.speakers, self.encoder,
            progress, groups,
        )  # fmt: skip
        if self.listening:
            self.store.save(GROUPED, Known, reads, groups)
            self.store.save(HEARD, dict[str, str], reads, memory.used)
        return found

    def _concept_reads(self, aligned: Aligned, voices: Voices) -> dict[str, Any]:
        return {
            **self._lexicon_reads(),
            "aligned": self._digest(aligned, Aligned),
            "utterances": self._digest(voices, Voices),
        }

    def _tag(self, aligned: Aligned, voices: Voices, progress: Progress) -> Concepts:
        roles = {s.id: s.role for s in voices.speakers}
        reads = self._lexicon_reads()
        known = self.store.load(CODED, dict[str, list[Finding]], reads).result or {}
        called = self.store.load(CALLED_FOR, dict[str, list[int]], reads).result or {}
        held = bool(called)
        words = lexicon.glance(data_file(LEXICON))
        found = concepts.run(aligned.tokens, voices.utterances, roles, words, progress, known, called)
        self.store.save(CODED, dict[str, list[Finding]], reads, known)
        if called and not held:
            self.store.save(CALLED_FOR, dict[str, list[int]], reads, called)
        return found

    def _lexicon_reads(self) -> dict[str, Any]:
        """What the findings in a turn depend on, besides its words and its speaker's role."""
        return {
            "version": VERSIONS["concepts"],
            "lexicon": digest_of_file(data_file(LEXICON)),
            "forms": digest_of_file(data_file(inflections.LISTED)),
        }

    def _caption_reads(
        self, aligned: Aligned, voices: Voices, sound: Sound, seen: Picture, parts: Parts
    ) -> dict[str, Any]:
        return self._reads(
            "captions",
            settings=_plain(self.job.settings.captions),
            aligned=self._digest(aligned, Aligned),
            utterances=self._digest(voices, Voices),
            duration=sound.duration_ms,
            shots=list(_cuts(seen)),
            parts=list(_boundaries(parts)),
        )

    def _divide(
        self, aligned: Aligned, voices: Voices, sound: Sound, seen: Picture, parts: Parts, progress: Progress
    ) -> Captions:
        settings, cuts = self.job.settings.captions, _cuts(seen)
        return captions.run(aligned, voices, settings, cuts, _boundaries(parts), progress, sound.duration_ms)

    def _part_reads(self, aligned: Aligned, voices: Voices, seen: Picture, sound: Sound) -> dict[str, Any]:
        return self._reads(
            "vignettes",
            aligned=self._digest(aligned, Aligned),
            voices=self._digest(voices, Voices),
            picture=self._digest(seen, Picture),
            duration=sound.duration_ms,
            sidecar=[asdict(wish) for wish in self.job.settings.vignettes],
        )

    def _given_digest(self) -> str:
        return digest_of_file(self.job.subtitles) if self.job.subtitles and self.given else ""

    def _odd_length(self, sound: Sound) -> tuple[str, ...]:
        expected = self.job.settings.expected_duration_ms
        if expected is None or abs(expected - sound.duration_ms) <= DURATION_SLACK_MS:
            return ()
        return (
            f"the recording lasts {clock(sound.duration_ms)}, but {clock(expected)} was expected: "
            "it may be another cut than the one described",
        )

    def _media(self, sound: Sound) -> Media:
        settings = self.job.settings
        return Media(
            self.job.name, self.media_sha256, sound.duration_ms, settings.title, settings.isbn, settings.credits,
            settings.learning_objectives, sound.has_picture,
        )  # fmt: skip

    def _provenance(self, heard: Heard, voices: Voices, tags: Concepts) -> dict[str, str]:
        used = json.dumps(
            [_plain(g) for g in (self.job.settings.align, self.job.settings.captions)], sort_keys=True
        )
        return {
            "vignette": __version__,
            "recognizer": heard.recognizer,
            "model": heard.model,
            "speakers": voices.encoder,
            "lexicon": tags.lexicon,
            "subtitles": self.job.subtitles.name if self.job.subtitles else "",
            "settings": hashlib.sha256(used.encode()).hexdigest()[:12],
        }


def _cuts(seen: Picture) -> tuple[int, ...]:
    """The cuts that captions may keep to: those that are exact."""
    return tuple(shot.span.start_ms for shot in seen.shots[1:] if not shot.slack_ms)


def _boundaries(parts: Parts) -> tuple[int, ...]:
    """Where parts begin that captions must not reach over."""
    return tuple(part.span.start_ms for part in parts.parts[1:])


def _plain(group: Any, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """A settings group as JSON values, less what cannot change a result (how many processes share the work)."""
    return {k: v for k, v in asdict(group).items() if k not in without}


def _grade(heard: Heard, aligned: Aligned, given: Subtitles | None) -> Grade:
    if given is not None:
        return Grade.SUBTITLES
    return Grade.MACHINE if heard.recognizer == "whisper" else Grade.DRAFT
