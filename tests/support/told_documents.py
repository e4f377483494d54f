"""Public documents to export, made without a recording: a few people's utterances, their words, their captions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import strategies as st

from pipeline.formats.document import captions
from pipeline.formats.document.captions import Captioned

WHERE = Path("transcripts/talk.json")
WORD_MS = 250
LINE_WORDS = 5


class Says(NamedTuple):
    """An utterance: who ("" for nobody known), from when, its words; and how each of them looks."""

    speaker: str
    start_ms: int
    words: tuple[str, ...]
    style: str = ""

    @property
    def end_ms(self) -> int:
        return self.start_ms + WORD_MS * len(self.words)


def document(said: Sequence[Says], **more: Any) -> Captioned:
    """The document of these utterances, each a caption of its own; `more` replaces keys of it."""
    return captions.parse(json.dumps(as_json(said, **more)).encode(), WHERE)


def as_json(said: Sequence[Says], **more: Any) -> dict[str, Any]:
    """The same as plain JSON values."""
    names = list(dict.fromkeys(one.speaker for one in said if one.speaker))
    ids = {name: f"s{n}" for n, name in enumerate(names)}
    duration_ms = max((one.end_ms for one in said), default=0) + 1000
    return {
        "schema": "vignette/1", "lang": "en", "grade": "machine text", "draft": False, "provenance": {},
        "media": {"name": "talk", "sha256": "0" * 64, "duration_ms": duration_ms, "title": "A talk", "has_picture": True},
        "speakers": [{"id": ids[name], "name": name, "role": ""} for name in names],
        "vignettes": [],
        "utterances": [
            {
                "id": f"u{n}", "speaker": ids.get(one.speaker), "start_ms": one.start_ms, "end_ms": one.end_ms,
                "text": " ".join(one.words), "words": _words(one), "concepts": [],
            }
            for n, one in enumerate(said)
        ],
        "cues": [
            {
                "id": f"c{n}", "speaker": ids.get(one.speaker), "start_ms": one.start_ms, "end_ms": one.end_ms,
                "lines": [
                    " ".join(one.words[at : at + LINE_WORDS]) for at in range(0, len(one.words), LINE_WORDS)
                ],
            }
            for n, one in enumerate(said)
        ],
        "alignment": {},
    } | more  # fmt: skip


def _words(one: Says) -> list[dict[str, Any]]:
    return [
        {
            "text": word, "start_ms": one.start_ms + WORD_MS * n, "end_ms": one.start_ms + WORD_MS * (n + 1), "kind": "word",
            "confidence": 0.9, "text_source": "subtitles", "time_source": "aligned",
            **({"style": one.style} if one.style else {}),
        }
        for n, word in enumerate(one.words)
    ]  # fmt: skip


NASTY = (
    "AT&T", "-->", "x<y", "</p>", "]]>", "{sic}", "{\\an8}", "C:\\New", "end\\", '"quoted"', "''", "it’s", "&lt;", "&#8217;",
    "<b>bold</b>", "naïve", "🙂", "a,b;c", "=SUM(A1)", "xmin", "1.5", "<exists>", "!", "%s", "\\N", "\\h", "'", "é",
)  # fmt: skip
NAMES = ("Ruth Adler", "Omar", "O'Neil, Pat", "Zoë <host>", 'Ann "Nan" Lee', "")
_words_of_people = st.one_of(
    st.sampled_from(NASTY),
    st.text(st.characters(categories=["L", "Nd", "Po", "Sc"], max_codepoint=0x2FFF), min_size=1, max_size=9),
)


@st.composite
def conversations(draw: st.DrawFn) -> list[Says]:
    """People who speak in turn, in whole hundredths of a second, with pauses."""
    at = draw(st.integers(0, 400)) * 10
    said = []
    for _ in range(draw(st.integers(1, 5))):
        words = draw(st.lists(_words_of_people, min_size=1, max_size=7))
        one = Says(
            draw(st.sampled_from(NAMES)), at, tuple(words), draw(st.sampled_from(["", "", "i", "b#ffff00"]))
        )
        said.append(one)
        at = one.end_ms + draw(st.integers(0, 500)) * 10
    return said
