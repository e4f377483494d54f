"""When everything happens: scenes laid out one after another, to the millisecond."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from benchmarks.demo.screenplay import Scene, Silence, Sound, Speech

FRAME_MS = 40  # 25 pictures a second; cuts fall on pictures
HEAD_MS = 1200  # black and silent before the first card
END_CARD_MS = 3400
TAIL_MS = 600
MURMUR_GAIN = 0.45
TALKING_OVER_MS = (1000, 1600)  # two at once, of a speech at most its second half


@dataclass(frozen=True)
class Utterance:
    """Words somebody says, from their first sound to their last; `section` counts from 0."""

    start_ms: int
    end_ms: int
    speaker: str
    text: str
    section: int
    backchannel: bool


@dataclass(frozen=True)
class Section:
    """A part of the film, from its card or first picture until the next part begins; `card_ms` is 0 without
    a card.
    """

    start_ms: int
    first_word_ms: int
    end_ms: int
    kind: str
    title: str
    cast: tuple[str, ...]
    card_ms: int


@dataclass(frozen=True)
class SoundEvent:
    """A sound that is not speech; `enters` is who comes in with it, in that section, if anybody."""

    start_ms: int
    end_ms: int
    name: str
    section: int
    enters: str = ""


@dataclass(frozen=True)
class Pauses:
    """Usual pauses in milliseconds, drawn at random: within one person's speech, between people, between
    scenes.
    """

    same_ms: tuple[int, ...] = (220, 300, 380, 480)
    other_ms: tuple[int, ...] = (180, 260, 340, 420, 520, 640)
    scene_ms: tuple[int, ...] = (700, 900, 1100)
    card_ms: tuple[int, ...] = (2200, 2600)
    after_card_ms: tuple[int, ...] = (320, 480, 640)
    long_share: float = 0.0
    long_ms: tuple[int, int] = (5000, 12000)
    murmur_share: float = 0.0


DEMO_PAUSES = Pauses()
LONG_PAUSES = Pauses(
    same_ms=(120, 200, 350, 350, 500, 800, 1300),
    other_ms=(80, 200, 300, 500, 900, 1600, 4000),
    card_ms=(1000, 2000, 3000, 5000),
    after_card_ms=(120, 600, 1500),
    long_share=0.015,
    murmur_share=0.10,
)
MURMURS = ("Mm-hmm.", "Yeah.", "Right.", "Okay.")


@dataclass
class Film:
    """What was laid out so far; `duration_ms` is set when it ends."""

    utterances: list[Utterance] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    sounds: list[SoundEvent] = field(default_factory=list)
    duration_ms: int = 0
    end_card_ms: int = 0


def on_frame(at_ms: int) -> int:
    """The first picture's time at or after `at_ms`."""
    return -(-at_ms // FRAME_MS) * FRAME_MS


class Layout:
    """Puts scenes on the time line; how long words and sounds take is asked of two functions, in
    milliseconds.
    """

    def __init__(
        self, speech_ms: Callable[[str, str], int], sound_ms: Callable[[str], int], pauses: Pauses, seed: int
    ) -> None:
        self._speech_ms = speech_ms
        self._sound_ms = sound_ms
        self._pauses = pauses
        self._seed = seed
        self.film = Film()
        self._now_ms = HEAD_MS

    @property
    def now_ms(self) -> int:
        """Where the next scene would start."""
        return self._now_ms

    def length_ms(self, scene: Scene) -> int:
        """How long the scene would take if it were added now."""
        _, _, _, end_ms = self._play(scene)
        return end_ms - self._now_ms

    def add(self, scene: Scene) -> None:
        """Add one scene at the end."""
        section, utterances, sounds, end_ms = self._play(scene)
        self.film.sections.append(section)
        self.film.utterances += utterances
        self.film.sounds += sounds
        self._now_ms = end_ms

    def end(self, duration_ms: int | None = None) -> Film:
        """Close the film, with an end card that also fills the time left until `duration_ms`; sections
        become gapless.
        """
        film, start_ms = self.film, self._now_ms
        film.end_card_ms = start_ms
        film.duration_ms = duration_ms or on_frame(start_ms + END_CARD_MS + TAIL_MS)
        if film.duration_ms < start_ms + END_CARD_MS + TAIL_MS:
            raise ValueError(f"the scenes end at {start_ms} ms: too late for a film of {film.duration_ms} ms")
        starts = [s.start_ms for s in film.sections[1:]] + [film.duration_ms]
        film.sections = [
            Section(s.start_ms, s.first_word_ms, end, s.kind, s.title, s.cast, s.card_ms)
            for s, end in zip(film.sections, starts, strict=True)
        ]
        film.utterances.sort(key=lambda u: (u.start_ms, u.end_ms))
        return film

    def _play(self, scene: Scene) -> tuple[Section, list[Utterance], list[SoundEvent], int]:
        number = len(self.film.sections)
        rng = random.Random(f"{self._seed}/{number}/{scene.title}")
        pauses, start_ms = self._pauses, self._now_ms
        card_ms = on_frame(rng.choice(pauses.card_ms)) if scene.kind != "commentary" else 0
        lead_ms = rng.choice(pauses.after_card_ms)
        scenery = _SceneInTime(self, scene, number, rng, start_ms + card_ms + lead_ms)
        for item in scene.items:
            scenery.play(item)
        first_ms = min(u.start_ms for u in scenery.utterances)
        section = Section(start_ms, first_ms, 0, scene.kind, scene.title, scene.cast, card_ms)
        end_ms = on_frame(scenery.now_ms + rng.choice(pauses.scene_ms))
        return section, scenery.utterances, scenery.sounds, end_ms


class _SceneInTime:
    """One scene while it is played: the clock, who spoke last, what was said."""

    def __init__(self, layout: Layout, scene: Scene, number: int, rng: random.Random, now_ms: int) -> None:
        self._layout, self._scene, self._number, self._rng = layout, scene, number, rng
        self.now_ms = now_ms
        self._silence_ms: int | None = 0
        self.utterances: list[Utterance] = []
        self.sounds: list[SoundEvent] = []

    def play(self, item: Speech | Silence | Sound) -> None:
        if isinstance(item, Silence):
            self._silence_ms = item.duration_ms
        elif isinstance(item, Sound):
            start_ms = self.now_ms + (250 if self._silence_ms is None else self._silence_ms)
            self.now_ms = start_ms + self._layout._sound_ms(item.name)
            self.sounds.append(SoundEvent(start_ms, self.now_ms, item.name, self._number, item.enters))
            self._silence_ms = None
        elif item.manner == "under":
            self._murmur(item.speaker, item.wordings[0])
        else:
            self._speak(item)

    def _spoken(self) -> Utterance | None:
        return next((u for u in reversed(self.utterances) if not u.backchannel), None)

    def _gap_ms(self, item: Speech, last: Utterance | None) -> int:
        if item.manner == "cutting in":
            return -self._rng.randint(180, 320)
        if item.manner == "talking over":
            overlap_ms = self._rng.randint(*TALKING_OVER_MS)
            return -min(overlap_ms, (last.end_ms - last.start_ms) // 2 if last else 0)
        if self._silence_ms is not None:
            return self._silence_ms
        pauses = self._layout._pauses
        if self._rng.random() < pauses.long_share:
            return self._rng.randint(*pauses.long_ms)
        return self._rng.choice(pauses.same_ms if last and last.speaker == item.speaker else pauses.other_ms)

    def _speak(self, item: Speech) -> None:
        last = self._spoken()
        start_ms = self.now_ms + self._gap_ms(item, last)
        length_ms = self._layout._speech_ms(item.speaker, item.wordings[0])
        self.utterances.append(
            Utterance(start_ms, start_ms + length_ms, item.speaker, item.wordings[0], self._number, False)
        )
        self.now_ms, self._silence_ms = start_ms + length_ms, None
        if length_ms > 2500 and self._rng.random() < self._layout._pauses.murmur_share:
            others = [c for c in self._scene.cast if c != item.speaker]
            if others:
                self._murmur(self._rng.choice(others), self._rng.choice(MURMURS))

    def _murmur(self, speaker: str, text: str) -> None:
        """Somebody's word of assent under the words before it, ending before they do."""
        under = self._spoken()
        if under is None or under.speaker == speaker:
            return
        length_ms = self._layout._speech_ms(speaker, text)
        at_ms = under.start_ms + round((under.end_ms - under.start_ms) * self._rng.uniform(0.35, 0.75))
        at_ms = max(under.start_ms, min(at_ms, under.end_ms - length_ms - 100))
        if at_ms + length_ms <= under.end_ms:
            self.utterances.append(Utterance(at_ms, at_ms + length_ms, speaker, text, self._number, True))


def murmur_lines(scenes: Iterable[Scene]) -> list[tuple[str, str]]:
    """Every murmur that anybody of these scenes might make, to be spoken ahead."""
    who = dict.fromkeys(person for scene in scenes for person in scene.cast)
    return [(person, text) for person in who for text in MURMURS]
