"""Markup of caption files: escaped on write, unescaped on read, guarded where a player would take text for markup."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipeline.errors import counted
from pipeline.formats.colours import class_of_colour
from pipeline.transcript import styling

# U+2060 is invisible and has no width: a player shows the text as it was and finds no markup in it.
WORD_JOINER = "\u2060"
# What players take for markup: a tag, an override block, a character reference, the arrow of a timing line; and
# whatever stands before a word joiner already, so that `unguard` gives back exactly what was guarded.
_LIKE_MARKUP = re.compile(
    r"<(?=/?[A-Za-z]|(?:\d{1,6}:)?\d\d:\d\d[.,]\d{3}>)|\{(?=\\|/?[ibus]\}|[yY]:)|&(?=[A-Za-z]+;|#)|--(?=>)|[<{&-](?="
    + WORD_JOINER
    + ")"
)


# Ruby: how a word is read, in small letters above it, with the brackets for who cannot show that.
_RUBY_TEXT = re.compile(
    r"<r[tp]\b[^<>]*>(.*?)(?:</r[tp]>|(?=</?ruby\b|<r[tp]\b)|\Z)", re.DOTALL | re.IGNORECASE
)
_TAGS = re.compile(r"<[^<>]*>")


ORIGIN = "Captions by Vignette"
"""How a WebVTT file of ours begins its NOTE; `readers.find` knows our files by it."""


# WebVTT does not demand that `>` is escaped; escaped, no `-->` can ever come about in a cue's text.
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def escape(text: str) -> str:
    """`text` as WebVTT cue text that reads back as itself."""
    return text.translate(_ESCAPES)


def without_ruby(text: str) -> str:
    """`text` without ruby annotations: the words above the words, which repeat how those are read."""
    return _RUBY_TEXT.sub("", text) if "<ruby" in text.lower() else text


def ruby_note(texts: Iterable[str]) -> list[str]:
    """A note on the ruby annotations in these payloads, which are left out; none where there are none."""
    found = [
        _TAGS.sub("", m[1]) for text in texts if "<ruby" in text.lower() for m in _RUBY_TEXT.finditer(text)
    ]
    words = " ".join(found).split()
    if not any(map(str.isalnum, "".join(words))):
        return []
    return [
        f"{counted(len(words), 'word')} of ruby annotation ('{found[0][:40]}') left out: the text below is captioned"
    ]


def styled(text: str, style: str) -> str:
    """SubRip text in a style: `<b>`, `<i>`, `<u>`, and `<font color>`; it knows no classes."""
    look = styling.parsed(style)
    font = (f'<font color="{look.colour}">', "</font>") if look.colour else ("", "")
    return _within(text, look.letters, *font)


def styled_webvtt(text: str, style: str) -> str:
    """WebVTT cue text in a style: `<b>`, `<i>`, `<u>`, and `<c>` with the classes that a colour and the style name."""
    look = styling.parsed(style)
    classes = (*([class_of_colour(look.colour)] if look.colour else []), *look.classes)
    return _within(text, look.letters, *((f"<c.{'.'.join(classes)}>", "</c>") if classes else ("", "")))


def _within(text: str, letters: str, opening: str, closing: str) -> str:
    """`text` within tags, the spaces at its ends outside of them."""
    said = text.strip()
    if not said or not (letters or opening):
        return text
    before, after = text[: text.index(said[0])], text[len(text.rstrip()) :]
    inner = "".join(f"<{s}>" for s in letters) + said + "".join(f"</{s}>" for s in reversed(letters))
    return f"{before}{opening}{inner}{closing}{after}"


def guard(line: str) -> str:
    """`line` with a word joiner (U+2060) inside everything that a player could take for markup; `unguard` undoes it."""
    return _LIKE_MARKUP.sub(lambda m: m[0] + WORD_JOINER, line)


def unguard(text: str) -> str:
    """The inverse of `guard`."""
    return re.sub(r"(<|\{|&|-)" + WORD_JOINER, r"\1", text)
