"""The registry of what is read: every reader is in it, and what it says comes along does."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.concepts.codebook import Codebook
from pipeline.formats import readers
from pipeline.formats.readers import READERS, TEXT_SUFFIXES, raw_cues
from pipeline.formats.taken import TAKEN
from pipeline.formats.writers.exports import FORMATS, Aspect, export
from pipeline.search import refi_qda, refi_reader
from tests.support import search_makers
from tests.support.examples import examples
from tests.support.told_documents import Says, document

# A cue in each format, in italics, above, said by Ruth; and one without any of it.
LOOKS = {
    "srt": "1\n00:00:01,000 --> 00:00:02,000\n{\\an8}<i>RUTH: Up here.</i>\n\n2\n00:00:03,000 --> 00:00:04,000\nDown.\n",
    "vtt": "WEBVTT\n\n00:01.000 --> 00:02.000 line:0\n<v Ruth><i>Up here.</i>\n\n00:03.000 --> 00:04.000\nDown.\n",
    "ass": "[Script Info]\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
    "Dialogue: 0,0:00:01.00,0:00:02.00,Default,Ruth,0,0,0,,{\\an8\\i1}Up here.\n"
    "Dialogue: 0,0:00:03.00,0:00:04.00,Default,,0,0,0,,Down.\n",
    "ttml": '<tt xmlns="http://www.w3.org/ns/ttml" xmlns:tts="http://www.w3.org/ns/ttml#styling" '
    'xmlns:ttm="http://www.w3.org/ns/ttml#metadata"><head><metadata><ttm:agent xml:id="a" type="person">'
    '<ttm:name type="full">Ruth</ttm:name></ttm:agent></metadata><layout><region xml:id="top" tts:displayAlign="before" '
    'tts:origin="10% 5%" tts:extent="80% 20%"/></layout></head><body><div>'
    '<p begin="1s" end="2s" region="top" ttm:agent="a" tts:fontStyle="italic">Up here.</p>'
    '<p begin="3s" end="4s">Down.</p></div></body></tt>',
    "sbv": "0:00:01.000,0:00:02.000\nRUTH: Up here.\n\n0:00:03.000,0:00:04.000\nDown.\n",
}  # fmt: skip


def test_every_reader_is_listed_with_its_names() -> None:
    listed = {t.name: t for t in TAKEN}
    assert {str(kind) for kind in READERS} | {"docx", "whisper", "rttm", "refi-qda"} == listed.keys()
    assert {end for t in TAKEN for end in t.ends} >= TEXT_SUFFIXES


@pytest.mark.parametrize("name", LOOKS)
def test_what_it_says_comes_along(name: str, tmp_path: Path) -> None:
    (taken,) = (t for t in TAKEN if t.name == name)
    path = tmp_path / f"talk{taken.ends[0]}"
    path.write_text(LOOKS[name], "utf-8")
    up, down = raw_cues(path)
    looks = {p.style for line in up.lines for p in line if p.text.strip()} - {""}
    assert bool(looks) is (Aspect.LOOKS in taken.keeps)
    assert bool(up.settings) is (Aspect.PLACES in taken.keeps)
    assert not down.settings
    first = readers.read(path, known_names=("Ruth",)).cues[0].words[0]
    assert (first.label or "").casefold() == "ruth"


WORDS = st.lists(
    st.sampled_from(["alpha", "beta", "gamma", "delta", "mu", "x<y", "AT&T", "it’s", "1455"]),
    min_size=1,
    max_size=6,
)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(25), deadline=None
)
@given(st.lists(st.tuples(WORDS, st.integers(1, 20)), min_size=1, max_size=5))
def test_a_word_document_reads_back_with_its_names_words_and_starts(
    tmp_path: Path, said: list[tuple[list[str], int]]
) -> None:
    at, talk = 1000, []
    for n, (words, pause_s) in enumerate(said):
        talk.append(Says(("Ruth Adler", "Omar")[n % 2], at, (f"Item{n}", *words)))
        at = -(-talk[-1].end_ms // 1000) * 1000 + 1000 * pause_s  # whole seconds, as the document has them
    path = tmp_path / "talk.docx"
    path.write_bytes(export(document(talk), FORMATS["docx"]).content)
    cues = [c for c in readers.read(path, known_names=("Ruth Adler", "Omar")).cues if c.written and c.words]
    heard = [
        (c.written.starts_ms, " ".join(w.text for w in c.words))
        for c in cues
        if c.written.starts_ms is not None
    ]
    assert heard == [(one.start_ms, " ".join(one.words)) for one in talk]


TAGS = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from(["trigger", "feedback", "shame-guilt"])), max_size=2
)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(25), deadline=None
)
@given(st.lists(st.tuples(WORDS, TAGS), min_size=1, max_size=4))
def test_codings_read_back_with_their_words_and_times(
    tmp_path: Path, said: list[tuple[list[str], list[tuple[int, str]]]]
) -> None:
    lines = []
    for words, tags in said:
        named = " | ".join(
            f"{concept}={words[at % len(words)]}" for at, concept in dict(tags).items() if concept
        )
        lines.append(f"Ruth | {' '.join(words)}" + (f" | {named}" if named else ""))
    made = search_makers.document("talk", "\n".join(lines))
    folder = search_makers.save(tmp_path / "t", made)
    path = tmp_path / "t.qdpx"
    refi_qda.export(folder, path, tmp_path, codes=Codebook.of(search_makers.BROADER))
    (source,) = refi_reader.read(path).sources
    held = search_makers.reader.parse((folder / "talk.json").read_bytes(), folder / "talk.json")
    wanted = sorted(
        (t.concept, s.text[t.start_char : t.end_char], t.start_ms, t.end_ms)
        for s in held.utterances
        for t in s.tags
    )
    found = sorted((p.code.name, p.text, p.start_ms or 0, p.end_ms or 0) for p in source.passages if p.text)
    assert found == wanted
