"""Lexer: cut a query into words, quoted phrases, fields with their values, brackets and signs."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.errors import QueryError, nearest
from pipeline.words import plain_letters, without_invisible

# A number with its unit, as in "60s".
AMOUNT = re.compile(r"(\d{1,7}(?:\.\d{1,3})?)([a-z]*)")
# Milliseconds of each unit.
UNITS_MS = {
    **dict.fromkeys(("ms",), 1),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1000),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60_000),
    **dict.fromkeys(("h", "hour", "hours"), 3_600_000),
}
# Units that count utterances instead of time; only the names are used.
UTTERANCES = dict.fromkeys(("utterance", "utterances", "turn", "turns"), 0)


FIELDS = (
    "concept", "speaker", "role", "vignette", "kind", "video", "draft", "after", "before",
    "negated", "asked", "quoted", "hypothetical", "about", "like", "memo", "collection",
)  # fmt: skip
YES_NO = ("draft", "negated", "asked", "quoted", "hypothetical")


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of a query; a field has a `name`, and its value begins at `value_at`."""

    kind: str  # word, phrase, field, (, ), -, OR, AND, NOT, NEAR, ->, end
    text: str
    at: int
    value_at: int = 0
    name: str = ""


_SPACE = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
_ARROW = re.compile(r"->|→")
_FIELD = re.compile(r"([A-Za-z][A-Za-z_-]*):")
_LIMIT = re.compile(r">=?[\d.]+")
_BARE = re.compile(r"""[^\s\x00-\x1f\x7f-\x9f()"“”„«»]+""")
NEAR = re.compile(r"NEAR(?:/(\d{1,3}))?")
_SURROGATE = re.compile("[\ud800-\udfff]")  # how Python shows an argument's byte that is no UTF-8
_QUOTES = {'"': '"', "“": "”", "”": "”", "„": "“”", "«": "»", "»": "«»"}  # each with what may close it


def tokens(text: str) -> list[Token]:
    """The tokens of a query, and one of the kind "end". Raises QueryError."""
    if stray := _SURROGATE.search(text):
        raise QueryError("this is no text", "write the query in UTF-8", query=text, at=stray.start())
    text = plain_letters(without_invisible(text))
    found: list[Token] = []
    at = 0
    while at < len(text):
        if space := _SPACE.match(text, at):
            at = space.end()
            continue
        token, at = _token(text, at)
        found.append(token)
    return [*found, Token("end", "", len(text))]


def _token(text: str, at: int) -> tuple[Token, int]:
    """The token at a place that is no space, and where it ends."""
    if text[at] in "()":
        return Token(text[at], text[at], at), at + 1
    if arrow := _ARROW.match(text, at):
        return Token("->", arrow[0], at), arrow.end()
    if text[at] == "-":
        return Token("-", "-", at), at + 1
    if text[at] in _QUOTES:
        phrase, end = _quoted(text, at)
        return Token("phrase", phrase, at), end
    if (name := _FIELD.match(text, at)) and _is_field(text, name):
        return _field(text, name)
    bare = _BARE.match(text, at)
    assert bare is not None  # every character that no bare word holds was looked at above
    written = bare[0]
    if "->" in written or "→" in written:  # "a->b" needs no spaces
        written = re.split("->|→", written)[0]
    if written.startswith("NEAR/") and not NEAR.fullmatch(written):
        raise QueryError(
            f"'{written[5:]}' is no number of words", "like alone NEAR/5 night, up to 999", query=text, at=at
        )
    kind = written if written in ("OR", "AND", "NOT") else "word"
    if NEAR.fullmatch(written):
        kind = "NEAR"
    return Token(kind, written, at), at + len(written)


def _quoted(text: str, at: int) -> tuple[str, int]:
    """What stands between the quote at `at` and the next one, and where that ends."""
    ends = [e for e in (text.find(mark, at + 1) for mark in {*_QUOTES[text[at]], '"'}) if e >= 0]
    if not ends:
        raise QueryError("this quote is not closed", 'add " where the phrase ends', query=text, at=at)
    return text[at + 1 : min(ends)], min(ends) + 1


def _is_field(text: str, name: re.Match[str]) -> bool:
    """Whether `name:` is a field: "well: yes" is two words, "concept: trigger" a field without its value."""
    return name[1].lower() in (*FIELDS, "by") or not _SPACE.match(text + " ", name.end())


def _nearest_field(name: str) -> str:
    if close := nearest(name, FIELDS):
        return f"did you mean '{close[0]}:'?"
    known = ", ".join(f"{f}:" for f in FIELDS)
    return f'there are {known} (to search for the words themselves, put quotes around: "{name} ...")'


def _field(text: str, name: re.Match[str]) -> tuple[Token, int]:
    known = name[1].lower()
    if known not in (*FIELDS, "by"):
        raise QueryError(
            f"there is no field '{name[1]}:'", _nearest_field(name[1]), query=text, at=name.start()
        )
    at = name.end()
    if text[at : at + 1] in _QUOTES:
        value, end = _quoted(text, at)
        if known == "concept" and (limit := _LIMIT.match(text, end)):  # concept:"shame, guilt">0.6
            value, end = value + limit[0], limit.end()
    else:
        bare = _BARE.match(text, at)
        value, end = (bare[0], bare.end()) if bare else ("", at)
        if arrow := _ARROW.search(value):  # "concept:a->concept:b" needs no spaces
            value, end = value[: arrow.start()], at + arrow.start()
    if not value.strip():
        raise QueryError(
            f"'{known}:' has no value",
            f"write it right behind, like {known}:{_example(known)}",
            query=text,
            at=at,
        )
    return Token("field", value, name.start(), at, known), end


def _example(name: str) -> str:
    examples = {
        "concept": "trigger",
        "after": "00:10:00",
        "before": "00:10:00",
        "kind": "commentary",
        "by": "other",
        "like": '"I can stop whenever I want"',
    }
    return examples.get(name, "yes" if name in YES_NO else "name")


def time_ms(text: str) -> int | None:
    """Milliseconds of `00:10:00`, `10:00`, `90s`, `2min`, `90` (seconds); None for anything else."""
    from pipeline.timing import parse_timecode

    try:
        return parse_timecode(text)
    except ValueError:
        match = AMOUNT.fullmatch(text)
        if match is None or (match[2] and match[2] not in UNITS_MS):
            return None
        return int(float(match[1]) * UNITS_MS.get(match[2], 1000))
