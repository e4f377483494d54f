"""What the stages of one recording read: settings, subtitles, sound, digests, and what stages before them found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar, cast

from pipeline.errors import SubtitlesError
from pipeline.files import digest_of_file, model_folders
from pipeline.media.digest import digest
from pipeline.media.opening import stamp, steady
from pipeline.run import given, kept_sound
from pipeline.run.jobs import Job
from pipeline.run.store import MEDIA_DIGEST, Store, digest_of
from pipeline.settings import Settings
from pipeline.speech.voices import encoder_weights
from pipeline.transcript import Aligned, Heard, LocalSpeakers, Sound, Turn
from pipeline.transcript.headings import Heading, headings
from pipeline.transcript.script import ScriptAccount, account
from pipeline.transcript.subtitles import Subtitles

if TYPE_CHECKING:
    from fractions import Fraction

    from pipeline.media.audio import Audio
    from pipeline.speech.voices.embeddings import Encoder

R = TypeVar("R")
T = TypeVar("T")

# Raise it when scripts are read otherwise than before: other words, other times.
SCRIPT_READING = 3
# Raise it when damaged or rolling subtitles are read otherwise than before.
REPAIRS = 1
# Raise it when other lines between timed subtitles are taken for titles of parts.
HEADINGS = 1
# Which track is listened to where nobody chooses; only another choice is part of what a stage read.
_USUAL_TRACK = {"track": 0, "language": "en"}


class Inputs:
    """The inputs of one recording's stages, each read when first needed; a context manager that lets go of the audio.

    `inputs[Heard]` is what the stage with that result found, human decisions put over. Without `listening`, passages that
    were never heard have no voice.
    """

    def __init__(self, job: Job, store: Store, listening: bool = True) -> None:
        self.job, self.store, self.listening = job, store, listening
        self._audio: Audio | None = None
        self._found: dict[type, Any] = {}
        self._by_machine: dict[type, Any] = {}
        self._expected: dict[type, Callable[[], Any]] = {}
        self._digests: dict[type, str] = {}
        self._stamp = stamp(job.media)

    def __enter__(self) -> Inputs:
        return self

    def __exit__(self, *_: object) -> None:
        self._audio = None

    def __getitem__(self, kind: type[T]) -> T:
        """What was found of this kind, waited for where that is still under way. Raises KeyError for a stage that comes later."""
        if kind in self._expected:
            self._found[kind] = self._expected.pop(kind)()
        return cast(T, self._found[kind])

    def keep(self, kind: type[T], found: T) -> None:
        """Hand a stage's result to those that come after it."""
        self._found[kind] = found

    def expect(self, kind: type[T], found: Callable[[], T]) -> None:
        """Hand on a result that is still under way: `found` waits for it."""
        self._expected[kind] = found

    def wait(self) -> None:
        """Wait for all that is under way. Raises what goes wrong with it."""
        for kind in list(self._expected):
            self[kind]

    def by_machine(self, kind: type[T]) -> T:
        """What was found of this kind before people corrected it. Raises KeyError for a stage that comes later."""
        return cast(T, self._by_machine.get(kind, self[kind]))

    def noting(self, kind: type[T], correct: Callable[[R, T], T]) -> Callable[[R, T], T]:
        """How a stage's result is corrected, remembering it as the machine found it."""

        def noted(replay: R, found: T) -> T:
            self._by_machine[kind] = found
            return correct(replay, found)

        return noted

    def digest(self, kind: type) -> str:
        """The digest of what was found of this kind, computed once however many stages read it."""
        if kind not in self._digests:
            self._digests[kind] = digest_of(self[kind], kind)
        return self._digests[kind]

    @contextmanager
    def steady(self) -> Iterator[None]:
        """Raise MediaError where the recording is not what it was at first, whatever else went wrong because of that."""
        with steady(self.job.media, self._stamp):
            yield

    @property
    def heard(self) -> Heard:
        """What was heard, with what the speaker segmentation adds to it, which is waited for."""
        return self[Heard].with_local_speakers(self[LocalSpeakers])

    @property
    def settings(self) -> Settings:
        return self.job.settings

    @cached_property
    def _as_read(self) -> Subtitles | None:
        if self.job.subtitles is None:
            return None
        return given.as_read(
            self.job.subtitles,
            self.settings,
            self.recording,
            self._frame_rate,
            self.store,
            self.listening,
        )

    def _frame_rate(self) -> Fraction | None:
        from pipeline.media import facts

        return facts.facts(self.job.media, **self.track).frame_rate

    @cached_property
    def script(self) -> ScriptAccount | None:
        """What of the script is speech and what was left out; None without a script. Raises SubtitlesError."""
        return account(self._as_read) if self._as_read else None

    @cached_property
    def subtitles(self) -> Subtitles | None:
        """The subtitles or script, None without one. Raises SubtitlesError."""
        if self._as_read is None:
            return None
        given = self._as_read.in_order_of_time().without_headings().without_directions()
        if not given.words and self.job.subtitles:
            raise SubtitlesError(
                self.job.subtitles, "holds no text", "remove it, or name another with --subtitles"
            )
        return given

    @property
    def headings(self) -> tuple[Heading, ...]:
        """The titles of parts that stand in the subtitles or the script, with the times of what stands below them."""
        return headings(self._as_read, self.by_machine(Aligned)) if self._as_read else ()

    @cached_property
    def turns(self) -> tuple[Turn, ...]:
        """The turns of another diarization inside the recording, none without a file of them. Raises TurnsError."""
        if self.job.turns is None:
            return ()
        from pipeline.formats.readers import rttm

        found = rttm.read(self.job.turns, self.job.name)
        return tuple(t for t in found if t.span.start_ms < self[Sound].duration_ms)

    @property
    def subtitles_digest(self) -> str:
        """The digest of the file of subtitles, "" without one."""
        return digest_of_file(self.job.subtitles) if self.job.subtitles and self.subtitles else ""

    @property
    def repairs(self) -> dict[str, Any]:
        """How subtitles are read that are not taken as they are written, which a file's digest does not say; else nothing."""
        given = self.subtitles
        doubtful = given is not None and (given.repaired or any(cue.again for cue in given.cues))
        script = {"script": SCRIPT_READING} if given is not None and not given.timed else {}
        titled = given is not None and given.timed and any(c.heading for c in self._as_read.cues)  # type: ignore[union-attr]
        headed = {"headings": HEADINGS} if titled else {}
        return {**({"repairs": REPAIRS} if doubtful else {}), **script, **headed}

    @cached_property
    def media_sha256(self) -> str:
        return digest(self.job.media, self.store.folder / MEDIA_DIGEST)

    @property
    def track(self) -> dict[str, Any]:
        """Which audio track to listen to."""
        return {"track": self.settings.audio_track, "language": self.settings.language}

    @property
    def recording(self) -> dict[str, Any]:
        """What every stage reads that hears or sees: the recording, and which track of it where that is not the usual one."""
        return {"recording": self.media_sha256, **(self.track if self.track != _USUAL_TRACK else {})}

    def audio(self) -> Audio:
        """The sound on the presentation clock when a stage first needs it: as it was kept, else decoded."""
        if self._audio is None:
            self._audio = kept_sound.kept(self.store, self.recording)
        if self._audio is None:
            from pipeline.media import facts

            self.hand_audio(facts.decode_audio(self.job.media, **self.track))
        assert self._audio is not None
        return self._audio

    def hand_audio(self, audio: Audio) -> None:
        """Give the sound that is decoded already; it is kept for later runs. Raises MediaError as `steady` does."""
        self._audio = audio
        if self.listening:
            with self.steady():
                recording = self.recording
            kept_sound.keep(self.store, recording, audio)

    @cached_property
    def encoder_identity(self) -> str:
        """Which speaker encoder is the best that is here. Raises WeightsError for damaged weights."""
        return encoder_weights.identity(model_folders())

    @cached_property
    def encoder(self) -> Encoder:
        """That encoder. Raises WeightsError."""
        from pipeline.speech.voices import embeddings

        return embeddings.choose(model_folders())
