"""Markup of caption files: escaped on write, unescaped on read, guarded where a player would take text for orders."""

from __future__ import annotations

import re

WORD_JOINER = "\u2060"
# What players take for markup: a tag, an override block, a character reference, the arrow of a timing line.
_LIKE_MARKUP = re.compile(
    r"<(?=/?[A-Za-z])|\{(?=\\|/?[ibus]\}|[yY]:)|&(?=[A-Za-z]+;|#)|--(?=>)|[<{&-](?=" + WORD_JOINER + ")"
)


ORIGIN = "Captions by Vignette"
"""How our files are known by their note."""


# `>` need not be escaped by the letter, but so no `-->` can ever come about.
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def escape(text: str) -> str:
    """`text` as WebVTT cue text that reads back as itself."""
    return text.translate(_ESCAPES)


def styled(text: str, style: str) -> str:
    """`text` within the tags that SubRip and WebVTT share: `<b>`, `<i>`, `<u>`."""
    opening, closing = (
        "".join(f"<{slash}{s}>" for s in order) for slash, order in (("", style), ("/", style[::-1]))
    )
    return opening + text + closing if text.strip() else text


def guard(line: str) -> str:
    """`line` with a word joiner inside everything that could be taken for markup."""
    return _LIKE_MARKUP.sub(lambda m: m[0] + WORD_JOINER, line)


def unguard(text: str) -> str:
    """The inverse of `guard`."""
    return re.sub(r"(<|\{|&|-)" + WORD_JOINER, r"\1", text)
