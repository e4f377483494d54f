"""The audit's data model: documents of cues, facts about the recording, findings, reports. Times are in milliseconds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from pipeline.audit.grading import Severity as Severity
from pipeline.audit.grading import Topic as Topic
from pipeline.audit.time_map import TimeMap
from pipeline.english.breaks import is_counted_word, visible_length
from pipeline.formats.readers.labels import Labels
from pipeline.formats.readers.raw_cue import Line
from pipeline.profiles import DEFAULT_FRAME_RATE, Profile
from pipeline.timing import Span

# What stands in front of a turn, with the spaces around it.
_TURN_SIGNS = "-‐‑−–—―•> \t"


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file's payloads are read: what a viewer sees of one, and the labels that the file uses."""

    lines: Callable[[str], tuple[Line, ...]]
    labels: Labels


@dataclass(frozen=True, slots=True)
class ShownLabel:
    """A speaker label on a line, as it is written ("JAX:", "[Jax]", "JAX (V.O.):"), and the name in it."""

    line: int
    written: str
    name: str

    @property
    def style(self) -> str:
        """The label without an aside."""
        return self.written if self.written[:1] in "[(" else f"{self.name}:"


@dataclass(frozen=True)
class ShownCue:
    """One cue as a viewer sees it: its time, its visible lines, and who speaks each by label or voice.

    `voices` holds for every line the names that its markup or its labels give, in order; `dashes` the
    indices of the lines that begin with a dialogue dash, `chevrons` of those with `>>`; `labels` the
    labels as they are written. `raw` is the payload as brought, `line` the line in the file that holds its
    times, counted from 1 (0 where the format has no lines); `reading` says how the payload was read.
    """

    number: int
    span: Span
    lines: tuple[str, ...]
    id: str = ""
    raw: str = ""
    settings: str = ""
    line: int = 0
    voices: tuple[tuple[str, ...], ...] = ()
    dashes: tuple[int, ...] = ()
    labels: tuple[ShownLabel, ...] = ()
    chevrons: tuple[int, ...] = ()
    reading: Reading | None = field(default=None, compare=False, repr=False)

    @cached_property
    def bare_lines(self) -> tuple[str, ...]:
        """The lines without what says who speaks: labels, dialogue dashes and chevrons."""
        bare = list(self.lines)
        for label in self.labels:
            bare[label.line] = bare[label.line].replace(label.written, " ", 1)
        for number in (*self.dashes, *self.chevrons):
            bare[number] = bare[number].lstrip(_TURN_SIGNS)
        return tuple(bare)

    @property
    def turn_marks(self) -> int:
        """How many signs of another speaker the text holds: labels, and dashes and chevrons that stand alone."""
        labelled = {label.line for label in self.labels}
        return len(self.labels) + len({*self.dashes, *self.chevrons} - labelled)

    @cached_property
    def text(self) -> str:
        """All lines on one, with spaces between them."""
        return " ".join(self.lines)

    @cached_property
    def widths(self) -> tuple[int, ...]:
        """Characters of each line: spaces and punctuation count, markup and invisible characters do not."""
        return tuple(visible_length(line) for line in self.lines)

    @cached_property
    def chars(self) -> int:
        """Characters of all lines together; a line break is none."""
        return sum(self.widths)

    @cached_property
    def words(self) -> int:
        """Words as the BBC and DCMP count them: labels and sound captions too."""
        return sum(map(is_counted_word, self.text.split()))

    @cached_property
    def chars_per_s(self) -> float:
        """Reading speed in characters a second; infinite for a cue without duration."""
        return self.chars * 1000 / self.span.duration_ms if self.span else float("inf")

    @cached_property
    def words_per_minute(self) -> float:
        """Reading speed in words a minute; infinite for a cue without duration."""
        return self.words * 60_000 / self.span.duration_ms if self.span else float("inf")

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all lines, in order."""
        return tuple(name for line in self.voices for name in line)

    @property
    def is_sound(self) -> bool:
        """Whether it is nothing but a sound: "[laughter]", "(door closes)", "♪ ♪"."""
        bare = self.text.strip("-–♪♫#_ ")
        return not bare or (bare[0], bare[-1]) in (("[", "]"), ("(", ")"))


@dataclass(frozen=True)
class Flaw:
    """Something wrong with the bytes of a file, found before there are cues: the rule it
    breaks, and where; `severity` overrides the table's."""

    rule: str
    message: str
    line: int = 0
    measured: str = ""
    cue: int | None = None
    severity: Severity | None = None


@dataclass(frozen=True)
class Document:
    """Captions as brought: cues in file order, and what is wrong with the file itself."""

    name: str
    format: str
    cues: tuple[ShownCue, ...]
    flaws: tuple[Flaw, ...] = ()
    lang: str = ""
    notes: tuple[str, ...] = ()

    @cached_property
    def names_speakers(self) -> bool:
        """Whether any caption shows who speaks, or that somebody else begins to."""
        return any(cue.names or cue.turn_marks for cue in self.cues)

    @cached_property
    def by_start(self) -> tuple[ShownCue, ...]:
        """The cues in order of their start."""
        return tuple(sorted(self.cues, key=lambda c: (c.span.start_ms, c.number)))

    @cached_property
    def pairs(self) -> tuple[tuple[ShownCue, ShownCue], ...]:
        """Pairs of neighbouring cues in order of appearance."""
        return tuple(zip(self.by_start, self.by_start[1:], strict=False))


@dataclass(frozen=True)
class SpokenWord:
    """One word that is known to be said: when, how surely (`confidence` in
    [0, 1]), and by whom ("" when that is unknown)."""

    text: str
    span: Span
    confidence: float = 1.0
    speaker: str = ""
    is_sound: bool = False


@dataclass(frozen=True)
class Differing:
    """A passage where the recognizer heard something else than the text says, or, where `heard` is "", that it fits badly."""

    span: Span
    text: str
    heard: str


@dataclass(frozen=True)
class Facts:
    """What is known about the recording itself; None means unknown, and the rules that need it stay silent.

    `frame_rate` is in frames a second, `shots` are the times of cuts. `speech` are the regions of
    speech, `words` what is said in them (from a transcript), `differing` where a second
    recognizer disagrees. `names` are spellings to expect. `time_map` is there where the file as a whole is out of
    sync, `voices` says how many people are heard. `not_understood` counts the marks that the transcript has in place of words.
    `reviewed_since` says what has changed since a person reviewed it, "" for nothing.
    """

    duration_ms: int | None = None
    frame_rate: Fraction | None = None
    shots: tuple[int, ...] | None = None
    speech: tuple[Span, ...] | None = None
    words: tuple[SpokenWord, ...] | None = None
    differing: tuple[Differing, ...] = ()
    names: tuple[str, ...] = ()
    reviewed_by: str = ""
    not_understood: int = 0
    time_map: TimeMap | None = None
    voices: int | None = None
    reviewed_since: str = ""

    def knows(self, name: str) -> bool:
        """Whether a fact is known: no speech and no shot at all are facts too,
        but an empty list of anything else is none."""
        value = getattr(self, name)
        return value is not None and (name in ("speech", "shots") or value != ())


@dataclass(frozen=True)
class View:
    """What a rule looks at: a document, the facts, and the profile whose limits apply."""

    document: Document
    facts: Facts
    profile: Profile
    shared: dict[str, object] = field(default_factory=dict, compare=False)

    @property
    def cues(self) -> tuple[ShownCue, ...]:
        return self.document.cues

    @property
    def frame_rate(self) -> Fraction:
        """Frames a second: the recording's, or the default where that is unknown."""
        return self.facts.frame_rate or DEFAULT_FRAME_RATE


@dataclass(frozen=True, slots=True)
class Hit:
    """What a rule's function found, before the rule's row adds its words.

    `severity` overrides the row's; `limit` the profile's; `span` stands where there is no cue.
    """

    message: str
    cue: ShownCue | None = None
    measured: float | str | None = None
    limit: float | str | None = None
    severity: Severity | None = None
    span: Span | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at: which rule of which profile, where, what was
    measured against what limit, and how to mend it.

    `profile` is "" for rules that every profile shares. `waived_by` and `reason` are set when a person accepted it.
    """

    id: str
    severity: Severity
    profile: str
    message: str
    source: str
    unit: str = ""
    measured: float | str | None = None
    limit: float | str | None = None
    cue_index: int | None = None
    cue_id: str = ""
    start_ms: int | None = None
    end_ms: int | None = None
    line: int = 0
    text: str = ""
    mend: str = ""
    fixable: bool = False
    needs_person: bool = False
    waived_by: str = ""
    reason: str = ""
    topic: Topic = Topic.FORM


@dataclass(frozen=True)
class Rates:
    """Statistics of the file as a whole: means and 95th percentiles of reading speed, and coverage."""

    cues: int
    duration_ms: int
    mean_chars_per_s: float
    p95_chars_per_s: float
    mean_words_per_minute: float
    p95_words_per_minute: float
    speech_covered: float | None = None  # share of speech with a caption on screen, in [0, 1]
    words_found: float | None = None  # share of the transcript's words that the captions hold, in [0, 1]


@dataclass(frozen=True)
class Report:
    """All findings about one file, worst first, with the rates that put them in proportion."""

    name: str
    profiles: tuple[str, ...]
    findings: tuple[Finding, ...]
    rates: Rates
    silent: tuple[tuple[str, str], ...] = ()  # rules that could not look, and what they needed
    notes: tuple[str, ...] = ()
    reviewed_by: str = ""
    reviewed_since: str = ""

    @property
    def review(self) -> str:
        """Who reviewed it, and what has changed since: "reviewed by Ana; 2 changes since, by Ben"; "" when nobody did."""
        return (
            "; ".join(filter(None, (f"reviewed by {self.reviewed_by}", self.reviewed_since)))
            if self.reviewed_by
            else ""
        )

    @property
    def open(self) -> tuple[Finding, ...]:
        """Findings that nobody has waived."""
        return tuple(f for f in self.findings if not f.waived_by)

    def count(self, severity: Severity) -> int:
        """How many open findings are of this severity."""
        return sum(f.severity is severity for f in self.open)

    def groups(self) -> list[tuple[str, str, Severity, list[Finding]]]:
        """Open findings by rule and profile, `(id, profile, worst severity, findings)`: by topic, worst and most first."""
        grouped: dict[tuple[str, str], list[Finding]] = {}
        for finding in self.open:
            grouped.setdefault((finding.id, finding.profile), []).append(finding)
        rows = [(rule, profile, max(f.severity for f in fs), fs) for (rule, profile), fs in grouped.items()]
        return sorted(rows, key=lambda r: (r[3][0].topic, -r[2], -len(r[3]), r[0], r[1]))

    def share_of_cues(self, rule: str, profile: str) -> float:
        """Share of the cues that break a rule, in [0, 1]."""
        hit = {
            f.cue_index
            for f in self.open
            if f.id == rule and f.profile == profile and f.cue_index is not None
        }
        return len(hit) / self.rates.cues if self.rates.cues else 0.0

    def counts_by_rule(self) -> Counter[str]:
        """How many open findings each rule has."""
        return Counter(f.id for f in self.open)
