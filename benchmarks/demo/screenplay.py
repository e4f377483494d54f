"""Reading the screenplay, choosing among its wordings, and casting it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

SCENE_KINDS = ("introduction", "vignette", "commentary", "closing", "cut")
MANNERS = ("", "under", "cutting in", "talking over")

_PERSON = re.compile(r"Person:\s*(.+)")
_SCENE = re.compile(r"==\s*(.+)")
_DIRECTION = re.compile(r"\[([^\]]+)\]")
_SPEECH = re.compile(r"([A-Z]+)(?: \(([^)]+)\))?:\s*(.+)")
_ALTERNATE = re.compile(r"\s*/\s*(.+)")
_SLOT = re.compile(r"\{([^{}]*)\}")
_ENTRANCE = re.compile(r"([A-Z]+) comes in")
_SILENCE = re.compile(r"silence (\d+(?:\.\d+)?)")


class ScreenplayError(ValueError):
    """A line of the screenplay cannot be read; the message names its number and what is wrong."""


@dataclass(frozen=True)
class Person:
    """Somebody in the film; `id` is lower case, `credit` is what a lower third says, `voice_kind` m or f."""

    id: str
    name: str
    role: str
    credit: str
    voice_kind: str


@dataclass(frozen=True)
class Speech:
    """What one person says in one go, in one or several wordings, and how: one of MANNERS."""

    speaker: str
    wordings: tuple[str, ...]
    manner: str = ""


@dataclass(frozen=True)
class Silence:
    """A pause of so many milliseconds in place of the usual short one."""

    duration_ms: int


@dataclass(frozen=True)
class Sound:
    """A sound that is not speech, named as a caption would name it; `enters` is who comes in with it, if
    anybody.
    """

    name: str
    enters: str = ""


Item = Speech | Silence | Sound


@dataclass(frozen=True)
class Scene:
    """One section of the film; `in_demo` says whether the short version has it."""

    kind: str
    title: str
    in_demo: bool
    items: tuple[Item, ...]

    @property
    def cast(self) -> tuple[str, ...]:
        """Ids of those who speak, in order of their first words."""
        return tuple(dict.fromkeys(i.speaker for i in self.items if isinstance(i, Speech)))

    @property
    def words(self) -> int:
        """How many words are said, each speech in its first wording."""
        return sum(len(i.wordings[0].split()) for i in self.items if isinstance(i, Speech))


@dataclass(frozen=True)
class Screenplay:
    """The whole text: its title, the people, the scenes in order."""

    title: str
    people: tuple[Person, ...]
    scenes: tuple[Scene, ...]

    def person(self, person_id: str) -> Person:
        """The person of that id; raises KeyError when there is none."""
        return {p.id: p for p in self.people}[person_id]


def parse(text: str) -> Screenplay:
    """Read a screenplay; raises ScreenplayError naming the line that cannot be read."""
    title, people, scenes = "", [], []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("Title:"):
            title = line.removeprefix("Title:").strip()
        elif found := _PERSON.fullmatch(line):
            people.append(_person(found[1], number))
        elif found := _SCENE.fullmatch(line):
            scenes.append(_scene(found[1], number))
        elif not scenes:
            raise ScreenplayError(f"line {number}: {line.strip()!r} stands before the first scene")
        else:
            scenes[-1] = _with_line(scenes[-1], line, number, {p.id for p in people})
    return Screenplay(title, tuple(people), tuple(scenes))


def _person(fields: str, number: int) -> Person:
    parts = [f.strip() for f in fields.split("|")]
    if len(parts) != 5 or parts[4] not in ("m", "f"):
        raise ScreenplayError(f"line {number}: a person is KEY | name | role | credit | m or f")
    return Person(parts[0].lower(), *parts[1:])


def _scene(fields: str, number: int) -> Scene:
    kind, *rest = [f.strip() for f in fields.split("|")]
    if kind not in SCENE_KINDS or not rest:
        raise ScreenplayError(
            f"line {number}: a scene is KIND | TITLE, the kind one of {', '.join(SCENE_KINDS)}"
        )
    return Scene(kind, rest[0], "demo" in rest[1:], ())


def _with_line(scene: Scene, line: str, number: int, known: set[str]) -> Scene:
    """The scene with one more item, or with another wording of its last speech."""
    if found := _ALTERNATE.fullmatch(line):
        last = scene.items[-1] if scene.items else None
        if not isinstance(last, Speech):
            raise ScreenplayError(f"line {number}: another wording must follow a speech")
        longer = replace(last, wordings=(*last.wordings, found[1].strip()))
        return replace(scene, items=(*scene.items[:-1], longer))
    return replace(scene, items=(*scene.items, _item(line.strip(), number, known)))


def _item(line: str, number: int, known: set[str]) -> Item:
    if found := _DIRECTION.fullmatch(line):
        silence = _SILENCE.fullmatch(found[1])
        if silence:
            return Silence(round(float(silence[1]) * 1000))
        entrance = _ENTRANCE.fullmatch(found[1])
        return Sound("door opens", _known(entrance[1], number, known)) if entrance else Sound(found[1])
    spoken = _SPEECH.fullmatch(line)
    if not spoken:
        raise ScreenplayError(f"line {number}: {line!r} is neither a speech nor a direction")
    speaker, manner = _known(spoken[1], number, known), spoken[2] or ""
    if manner not in MANNERS:
        raise ScreenplayError(
            f"line {number}: nobody can speak ({manner}); known are (under), (cutting in) and (talking over)"
        )
    return Speech(speaker, (spoken[3],), manner)


def _known(name: str, number: int, known: set[str]) -> str:
    if name.lower() not in known:
        raise ScreenplayError(f"line {number}: {name} is not among the people")
    return name.lower()


def choose(wordings: tuple[str, ...], turn: int) -> str:
    """The wording for the `turn`-th time round, its slots filled.

    Wordings and slots all go round their choices in order: a scene played N times differs each time wherever
    it has N choices, the first time takes the first of each, and nothing depends on the order of calls.
    """
    text = wordings[turn % len(wordings)]

    def fill(slot: re.Match[str]) -> str:
        options = slot[1].split("|")
        return options[turn % len(options)]

    return re.sub(r"\s+", " ", _SLOT.sub(fill, text)).strip()


def cast_rotation(people: tuple[Person, ...], turn: int) -> dict[str, str]:
    """Who plays whom the `turn`-th time round: client id -> client id, women among women and men among men.

    Everybody moves up by `turn` places, so each round is a permutation; therapists and the commentator stay.
    """
    mapping = {p.id: p.id for p in people}
    for kind in ("m", "f"):
        pool = [p.id for p in people if p.role == "client" and p.voice_kind == kind]
        mapping.update({who: pool[(i + turn) % len(pool)] for i, who in enumerate(pool)})
    return mapping


def recast(scene: Scene, people: tuple[Person, ...], mapping: Mapping[str, str], turn: int) -> Scene:
    """The scene as played the `turn`-th time: one wording for each speech, other people, and their names in
    the text.
    """
    names = {p.id: p.name for p in people}
    swap = {names[a]: names[b] for a, b in mapping.items() if a != b}
    pattern = re.compile(r"\b(" + "|".join(map(re.escape, swap)) + r")\b") if swap else None

    def said(text: str) -> str:
        return pattern.sub(lambda m: swap[m[1]], text) if pattern else text

    def played(item: Item) -> Item:
        if isinstance(item, Silence):
            return item
        if isinstance(item, Sound):
            return replace(item, enters=mapping.get(item.enters, ""))
        words = said(choose(item.wordings, turn))
        return replace(item, speaker=mapping[item.speaker], wordings=(words,))

    return replace(scene, title=said(choose((scene.title,), turn)), items=tuple(map(played, scene.items)))


def rounds(play: Screenplay) -> Iterator[tuple[int, Scene]]:
    """The middle of the film without end: every vignette and commentary in order, again and again, each time
    recast.
    """
    middle = [s for s in play.scenes if s.kind in ("vignette", "commentary")]
    turn = 0
    while True:
        mapping = cast_rotation(play.people, turn)
        yield from ((turn, recast(scene, play.people, mapping, turn)) for scene in middle)
        turn += 1
