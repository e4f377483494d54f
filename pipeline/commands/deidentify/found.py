"""The names of a recording: from its sidecar, labels, speakers, lower thirds, script, file name, journal, and by patterns.

What a person knows comes first (`_given`), what patterns find in all that is written comes after it (`patterns`). Names that
the key has already are not proposed again; a nickname of somebody who is known ("Ruthie") becomes another form of theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace

from pipeline.commands.deidentify.key import PEOPLE, PLACES, TERMS, Entry, Key, with_pseudonyms
from pipeline.commands.deidentify.letters import folded, runs_of, words_of
from pipeline.commands.deidentify.ordinary import (
    NO_NAMES,
    PARTICLES,
    ROLE_WORDS,
    TITLES,
    given_names,
    is_ordinary,
    short_forms,
    word_set,
)
from pipeline.commands.deidentify.patterns import WEAK, Candidate, candidates, is_name_in_label
from pipeline.commands.deidentify.pseudonyms import Chooser
from pipeline.commands.deidentify.values import strings
from pipeline.edits.model import Decision
from pipeline.errors import counted
from pipeline.settings import Settings
from pipeline.stages.speakers.roster import plain_name
from pipeline.transcript import Transcript

# What cameras and programs call their files.
_FILE_WORDS = word_set(
    "img dsc mvi gopr vid mov rec zoom audio final copy edit edited track sub subs srt vtt clip mp wav"
)
_MIN_NICKNAME = 3
_BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
# Words of methods, whose names everybody has.
_METHODS = word_set(
    "therapy group groups prevention intervention interviewing training programme program treatment recovery model method skills"
)


@dataclass(frozen=True, slots=True)
class Material:
    """All that is written in a recording: what is known about it, its transcript, its decisions, and its files' names."""

    settings: Settings
    transcript: Transcript
    decisions: Sequence[Decision] = ()
    files: Sequence[str] = ()

    def spoken(self) -> list[str]:
        """The text of each utterance, for patterns that need what stands around a word."""
        return [self.transcript.text(u.first, u.last) for u in self.transcript.voices.utterances]

    def texts(self) -> list[str]:
        """Everything written, words one by one left out."""
        about = self.settings
        other = [
            about.title,
            about.credits,
            *about.learning_objectives,
            *about.terms,
            *(v.title for v in about.vignettes),
        ]
        shown = replace(self.transcript, aligned=replace(self.transcript.aligned, tokens=()))
        return [*self.spoken(), *other, *strings(shown)]

    def words(self) -> frozenset[str]:
        """All words, folded, which no pseudonym may be."""
        given = (c.name for c in _given(self))
        return frozenset(w for text in (*self.texts(), *given, *self.files) for w in words_of(text))

    def said_small(self) -> frozenset[str]:
        """The words that are written in small letters where capitals mean something."""
        said = [text for text in self.spoken() if not text.islower() and not text.isupper()]
        return frozenset(run.folded for text in said for run in runs_of(text) if run.written.islower())


def proposed(key: Key, material: Material) -> Key:
    """The key with the names of a recording that it lacks, all with pseudonyms; the same key where it lacks none."""
    given = list(_given(material))
    met: dict[tuple[str, ...], list[Candidate]] = {}
    for found in (*given, *_by_patterns(material)):
        met.setdefault(words_of(found.name), []).append(found)
    sure = {words_of(c.name) for c in given}
    entries = _Entries(key.entries)
    for _, all_of_it in sorted(met.items(), key=lambda item: (item[0] not in sure, -len(item[0]))):
        first = all_of_it[0]
        why = "; ".join([*dict.fromkeys(c.why for c in all_of_it), counted(len(all_of_it), "time")])
        entries.add(first.kind, first.name, why)
    grown = replace(key, entries=tuple(entries.all))
    return _complete(grown, material)


def _complete(key: Key, material: Material) -> Key:
    """The key with a pseudonym for every name."""
    missing = [n for n, e in enumerate(key.entries) if e.is_name and not e.pseudonym]
    if not missing:
        return key
    given = {
        real: new.written
        for e in key.entries
        if e.is_name and e.pseudonym
        for real, new in zip(words_of(e.name), runs_of(e.pseudonym), strict=True)
        if real != new.folded and len(real) > 1
    }
    taken = material.words() | {w for e in key.entries for w in e.words}
    chooser = Chooser(key.secret, given, taken)
    made = {}
    for n in sorted(missing, key=lambda n: key.entries[n].kind != PEOPLE):
        entry = key.entries[n]
        if entry.kind == PEOPLE:
            made[n] = chooser.for_person(entry.name)
        else:
            made[n] = chooser.for_place(entry.name) if entry.kind == PLACES else chooser.for_term(entry.name)
    return with_pseudonyms(key, made)


class _Entries:
    """The entries of a key while names are added."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.all = list(entries)
        self._known = {word for e in self.all if e.is_name for word in e.words}
        self._no_names = {words_of(e.name) for e in self.all if not e.is_name}

    def add(self, kind: str, name: str, why: str) -> None:
        """Add a name unless it is known, was said to be none, or is another form of somebody's."""
        words = tuple(w for w in words_of(name) if len(w) > 1 and w not in PARTICLES and w not in TITLES)
        if not words or words_of(name) in self._no_names or words in self._no_names:
            return
        is_phrase_of_words = kind != PEOPLE and len(words) > 1
        known = {w for w in words if w in self._known or w.removesuffix("s") in self._known}
        if set(words) <= known and not (
            is_phrase_of_words and words_of(name) not in {words_of(e.name) for e in self.all}
        ):
            return
        owner = self._owner(words[0]) if kind == PEOPLE and len(words) == 1 else None
        if owner is None:
            self.all.append(Entry(kind, name, found=why))
        else:
            self.all[owner] = replace(self.all[owner], also=(*self.all[owner].also, name))
        self._known.update(words)

    def _owner(self, word: str) -> int | None:
        """Whose nickname a word is."""
        for n, entry in enumerate(self.all):
            if entry.kind == PEOPLE and entry.is_name and _is_short(word, words_of(entry.name)[0]):
                return n
        return None


def _is_short(word: str, name: str) -> bool:
    """Whether a word is a short or tender form of a name: "Bill" of William, "Ruthie" of Ruth, "Dan" of Daniel."""
    if word in short_forms().get(name, ()):
        return True
    for ending in ("ie", "y", "i", "ey", "s"):
        stem = word.removesuffix(ending)
        if (
            word.endswith(ending)
            and len(stem) >= _MIN_NICKNAME
            and name.startswith(stem.rstrip(stem[-1]) + stem[-1])
        ):
            return True
    return len(word) >= _MIN_NICKNAME and len(name) > len(word) + 1 and name.startswith(word)


def _given(material: Material) -> Iterator[Candidate]:
    """The names that people gave: none of them needs a pattern."""
    seen = material.transcript
    for person in material.settings.people:
        for name in (person.name, *person.also_known_as):
            yield from in_label(name, "the sidecar")
    for speaker in seen.voices.speakers:
        yield from in_label(speaker.name, "a speaker")
        yield from in_label(speaker.id.replace("-", " "), "a speaker")
    labels = [label for cue in seen.aligned.editor_cues for _, label in cue.label_at]
    labels += [label for cue in seen.captions.cues for _, label in cue.labels]
    for label in (*labels, *(seen.script.names if seen.script else ())):
        for name in label.replace("&", ",").replace("/", ",").replace(" and ", ",").split(","):
            yield from in_label(name, "a label")
    for name in (
        *([seen.review.by, *seen.review.people] if seen.review else ()),
        *_decided(material.decisions),
    ):
        yield from in_label(name, "the journal")
    for term in material.settings.terms:
        runs = runs_of(term)
        if len(runs) > 1 and all(r.is_capitalised and r.folded not in _METHODS | NO_NAMES for r in runs):
            yield Candidate(TERMS, term, "the sidecar")
    for file in material.files:
        for run in runs_of(file):
            if is_name_in_label(run) and len(run.folded) > 2 and run.folded not in _FILE_WORDS | ROLE_WORDS:
                yield Candidate(PEOPLE, run.written.capitalize(), "a file's name")


def in_label(written: str, why: str) -> Iterator[Candidate]:
    """A person's name as it is said; nothing for a role ("Therapist 2"), for "Speaker 3", for a word that is no name."""
    for inner in _beside(written):
        yield Candidate(PEOPLE, inner.strip().title() if inner.isupper() else inner.strip(), why)
    name = plain_name(_bare(written)).strip()
    parts = [run for run in runs_of(name) if run.folded not in TITLES and len(run.folded) > 1]
    names = [run for run in parts if run.folded not in ROLE_WORDS]
    if not names:
        return
    if why != "the sidecar":
        if len(names) < len(parts):  # "Therapist Ruth", "Young man"
            names = [run for run in names if not is_ordinary(run.folded) or run.folded in given_names()]
            name = " ".join(run.written for run in names)
        told = any(is_name_in_label(run) for run in names)
        if not names or (not told and (len(names) > 1 or names[0].written.islower())):
            return
    yield Candidate(PEOPLE, name.title() if name.isupper() or name.islower() else name, why)


def _bare(written: str) -> str:
    """A label without what machines add: "[Ruth]", "ruth.calder@clinic.org" and "Ruth's iPhone" are Ruth's."""
    name = re.sub(r"@.*|['’]s\b.*", "", written.strip().strip("[]<>").strip())
    return re.sub(r"(?<=\w\w)\.(?=\w\w)", " ", name)


def _beside(written: str) -> Iterator[str]:
    """What stands in brackets behind a label: "Therapist (Ruth)" names Ruth, "Ruth (she/her)" nobody more."""
    for inner in _BRACKETS.findall(written):
        runs = runs_of(inner)
        if runs and all(
            is_name_in_label(run) and run.is_capitalised and run.folded not in ROLE_WORDS for run in runs
        ):
            yield inner


def _decided(decisions: Iterable[Decision]) -> Iterator[str]:
    """Who decided, and whom they named."""
    for decision in decisions:
        yield decision.who
        for name in ("name", "speaker", "label"):
            value = decision.value
            if name in {f.name for f in fields(value)} and isinstance(said := getattr(value, name), str):
                yield said.replace("-", " ")


def _by_patterns(material: Material) -> list[Candidate]:
    """What patterns find in everything that is written; somebody whom any of it takes for a person is one."""
    small = material.said_small()
    met = (c for text in dict.fromkeys(material.texts()) for c in candidates(text))
    found = [c for c in met if c.why not in WEAK or not small.issuperset(words_of(c.name))]
    people = {folded(c.name) for c in found if c.kind == PEOPLE and c.why != "a capital"}
    return [replace(c, kind=PEOPLE) if folded(c.name) in people else c for c in found]
