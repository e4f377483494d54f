"""Data model of decisions: a `Decision` is who, when, what, where, and what stood there when they decided.

How to add a kind: write its value as a frozen dataclass below, name it in `KINDS`, and apply it in the module of the stage
whose result it corrects.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Annotated, Any, Literal

from annotated_types import Ge, Le, MaxLen, MinLen, Predicate

from pipeline.edits.bounds import STRICT, Ms, Name, Offset, Text
from pipeline.edits.quote import Quote
from pipeline.edits.reviewed import Reviewed
from pipeline.transcript import styling

VERSION = 1
"""The version of a journal's lines; a line of another version is kept and reported, never guessed at."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """A text anchor: the text of the words meant, the words around them, and when they were said (milliseconds).

    Words are divided by single spaces. `text` is empty for a place between words.
    """

    __pydantic_config__ = STRICT
    text: Text
    start_ms: Ms
    end_ms: Ms
    before: Text = ""
    after: Text = ""


@dataclass(frozen=True, slots=True)
class Words:
    """The anchored words read `text`; empty when nobody says them."""

    __pydantic_config__ = STRICT
    text: Text


@dataclass(frozen=True, slots=True)
class WordTime:
    """The anchored words are said from `start_ms` to `end_ms`."""

    __pydantic_config__ = STRICT
    start_ms: Ms
    end_ms: Ms


@dataclass(frozen=True, slots=True)
class CueOf:
    """The anchored words are one caption; what is None stays as the machine makes it.

    `breaks` count words of the anchor that stand before each line after the first; `labels` and `dashes` say before which
    word a name or a dialogue dash is shown.
    """

    __pydantic_config__ = STRICT
    start_ms: Ms | None = None
    end_ms: Ms | None = None
    breaks: tuple[Offset, ...] | None = None
    labels: tuple[tuple[Offset, Name], ...] | None = None
    dashes: tuple[Offset, ...] | None = None
    settings: Text | None = None


@dataclass(frozen=True, slots=True)
class Split:
    """The anchored words are two captions: the first ends after `after` words, the second begins at `start_ms` or when said."""

    __pydantic_config__ = STRICT
    after: Annotated[int, Ge(1), Le(10_000)]
    start_ms: Ms | None = None


@dataclass(frozen=True, slots=True)
class Merge:
    """The anchored words, so far of several captions, are one."""

    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True)
class Delete:
    """The anchored words, a whole caption's, go: out of the captions and out of the transcript."""

    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True)
class Add:
    """A caption that was missing: its lines, divided by line breaks, at a place between words."""

    __pydantic_config__ = STRICT
    text: Annotated[str, MinLen(1), MaxLen(20_000)]
    start_ms: Ms
    end_ms: Ms
    label: Text = ""


@dataclass(frozen=True, slots=True)
class SpeakerOf:
    """The anchored words are said by `speaker`, a name or an id of the table; empty when nobody knows."""

    __pydantic_config__ = STRICT
    speaker: Annotated[str, MaxLen(200)]


@dataclass(frozen=True, slots=True)
class StyleOf:
    """The anchored words look so in captions (`transcript.styling`); empty when they look like any others."""

    __pydantic_config__ = STRICT
    style: Annotated[str, MaxLen(200), Predicate(styling.is_style)]


@dataclass(frozen=True, slots=True)
class PersonIs:
    """Whoever has this id is called `name` and has this `role`, everywhere; None leaves either as it is."""

    __pydantic_config__ = STRICT
    id: Name
    name: Annotated[str, MaxLen(200)] | None = None
    role: Annotated[str, MaxLen(200)] | None = None


@dataclass(frozen=True, slots=True)
class VignetteAt:
    """A part of the video begins with the anchored words: what is said of it; `exists` False when none begins there.

    `start_ms` moves its beginning, and with it the end of the part before; `kind` may be a person's own word; an empty
    `title` is the kind and its number.
    """

    __pydantic_config__ = STRICT
    start_ms: Ms | None = None
    title: Text | None = None
    kind: Name | None = None
    exists: bool = True


@dataclass(frozen=True, slots=True)
class ConceptAt:
    """Whether the anchored words show a concept: a tag confirmed, rejected or added."""

    __pydantic_config__ = STRICT
    concept: Name
    verdict: Literal["confirmed", "rejected", "added"]


@dataclass(frozen=True, slots=True)
class Waive:
    """A finding of the audit that is right as it is."""

    __pydantic_config__ = STRICT
    rule: Name
    reason: Text = ""


@dataclass(frozen=True, slots=True)
class Withdraw:
    """The decision with this id no longer holds; a withdrawal can itself be withdrawn."""

    __pydantic_config__ = STRICT
    id: Name


Value = (
    Words | WordTime | StyleOf | CueOf | Split | Merge | Delete | Add | SpeakerOf | PersonIs | VignetteAt | ConceptAt
    | Waive | Quote | Reviewed | Withdraw
)  # fmt: skip

KINDS: dict[str, type[Any]] = {
    "words": Words,
    "word-time": WordTime,
    "style": StyleOf,
    "cue": CueOf,
    "split": Split,
    "merge": Merge,
    "delete": Delete,
    "add": Add,
    "speaker": SpeakerOf,
    "person": PersonIs,
    "vignette": VignetteAt,
    "concept": ConceptAt,
    "waive": Waive,
    "quote": Quote,
    "reviewed": Reviewed,
    "withdraw": Withdraw,
}
_NAMES = {kind: name for name, kind in KINDS.items()}
# Kinds that are about the recording as a whole, or about another decision.
UNANCHORED = frozenset(("person", "reviewed", "withdraw"))
# Between a start and an end there must be time.
_TIMED = (WordTime, CueOf, Add)


@dataclass(frozen=True, slots=True)
class Decision:
    """One line of a journal. `seen` is what stood there when the person decided, in the words of its kind; `note` is free.

    `group` names the act that this decision is part of, "" where it is an act of its own: one act is taken back at once.
    `at` is UTC as `2026-11-23T07:30:00.000000Z`; `id` is derived from all the rest.
    """

    at: str
    who: str
    value: Value
    anchor: Anchor | None = None
    seen: dict[str, Any] = field(default_factory=dict)
    note: str = ""
    id: str = ""
    group: str = ""

    @property
    def kind(self) -> str:
        return _NAMES[type(self.value)]

    @property
    def order(self) -> tuple[str, str]:
        """By this decisions are replayed, whatever the order of their lines."""
        return self.at, self.id

    def to_json(self) -> dict[str, Any]:
        """The decision as plain values, in the order in which a person reads them."""
        value = {k: v for k, v in asdict(self.value).items() if v is not None}
        line: dict[str, Any] = {"at": self.at, "who": self.who, "kind": self.kind, "value": value}
        if self.anchor is not None:
            line["anchor"] = asdict(self.anchor)
        if self.seen:
            line["seen"] = self.seen
        if self.note:
            line["note"] = self.note
        if self.group:
            line["group"] = self.group
        return {**line, "v": VERSION, "id": self.id}


def sealed(decision: Decision) -> Decision:
    """The decision with its content hash as id: the first 12 hexadecimal digits of the SHA-256 of all the rest."""
    return replace(decision, id=_content_hash(decision.to_json()))


def _content_hash(line: Mapping[str, Any]) -> str:
    """The id that belongs to all the rest of a line, whatever stands in it; bytes that are no text count as the "?" written."""
    text = json.dumps({**line, "id": ""}, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]


_AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
_ID = re.compile(r"[0-9a-f]{12}")
_KEYS = frozenset(("at", "who", "kind", "value", "anchor", "seen", "note", "group", "v", "id"))


class NotUnderstood(ValueError):
    """Why a line is no decision that this version knows; the line is kept all the same."""


def decision_from_json(line: dict[str, Any]) -> Decision:
    """Parse and validate a journal's line. Raises NotUnderstood."""
    if line.get("v") != VERSION:
        raise NotUnderstood(f"is of version {line.get('v')!r}, and this Vignette knows version {VERSION}")
    kind = line.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise NotUnderstood(f"is of a kind that this Vignette does not know: {kind!r}")
    strange = sorted(set(line) - _KEYS)
    if strange:
        raise NotUnderstood(f"has a part that this Vignette does not know: {strange[0]!r}")
    at, who, name, seen, note, group = (line.get(k) for k in ("at", "who", "id", "seen", "note", "group"))
    if not isinstance(at, str) or not _is_time(at) or not isinstance(name, str) or not _ID.fullmatch(name):
        raise NotUnderstood("has no proper time or id")
    if name != _content_hash(line):
        raise NotUnderstood("is damaged or was changed by hand: its id does not belong to what it says")
    if not isinstance(who, str) or not who.strip():
        raise NotUnderstood("does not say who decided")
    if not isinstance(seen or {}, dict) or not isinstance(note or "", str):
        raise NotUnderstood("does not say properly what was seen")
    if group is not None and not (isinstance(group, str) and _ID.fullmatch(group)):
        raise NotUnderstood("does not say properly which act it is part of")
    value = _validated(KINDS[kind], line.get("value", {}))
    anchor = None if line.get("anchor") is None else _validated(Anchor, line["anchor"])
    if anchor is None and kind not in UNANCHORED:
        raise NotUnderstood("does not say which words it is about")
    decision = Decision(at, who, value, anchor, seen or {}, note or "", name, group or "")
    _check_consistent(decision)
    return decision


def _is_time(at: str) -> bool:
    """Whether it is a moment of this or the next centuries."""
    try:
        return bool(_AT.fullmatch(at)) and datetime.fromisoformat(at).year < 2300
    except ValueError:
        return False


def _check_consistent(decision: Decision) -> None:
    """Check what a type cannot say: times in order, words where the kind needs them. Raises NotUnderstood."""
    value = decision.value
    if isinstance(value, _TIMED):
        start, end = value.start_ms, value.end_ms
        if start is not None and end is not None and end <= start:
            raise NotUnderstood("ends before it starts")
    if decision.anchor is not None and decision.anchor.end_ms < decision.anchor.start_ms:
        raise NotUnderstood("is about words that end before they start")
    textless = decision.anchor is None or not decision.anchor.text.split()
    if textless and not isinstance(value, (Add, PersonIs, Reviewed, Withdraw, VignetteAt, Waive)):
        raise NotUnderstood("does not say which words it is about")


_adapters: dict[type[Any], Any] = {}


def _adapter(kind: type[Any]) -> Any:
    """The (costly, so kept) reader of a value of this kind."""
    if kind not in _adapters:
        from pydantic import TypeAdapter

        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


def _validated(kind: type[Any], value: Any) -> Any:
    from pydantic import ValidationError

    try:
        # Through JSON, because there an array may become a tuple while strings still never become numbers.
        return _adapter(kind).validate_json(json.dumps(value), strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "its value"
        raise NotUnderstood(f"has something wrong in {place}: {first['msg']}") from None
