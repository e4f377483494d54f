"""What other recognizers heard: their JSON in each of its variants, words without times, and files that are no such thing."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import DocumentError
from pipeline.formats import heard
from pipeline.formats.heard.find import find_heard
from pipeline.transcript import Kind, TimeSource


def word(text, start=None, end=None, **more):
    times = {} if start is None else {"start": start, "end": end}
    return {"word": text, **times, **more}


WHISPERX = {
    "segments": [
        {
            "start": 0.5, "end": 3.0, "text": " In 2014 we met.", "speaker": "SPEAKER_00",
            "words": [word("In", 0.5, 0.7, score=0.9), word("2014"), word("we", 1.5, 1.7), word("met.", 1.8, 2.2)],
        }
    ],
    "word_segments": [],
    "language": "en",
}  # fmt: skip
FASTER = {
    "info": {"language": "en", "duration": 3.0},
    "segments": [
        {
            "start": 0.5, "end": 3.0, "text": " In 2014 we met.", "tokens": [1, 2, 3],
            "words": [word(" In", 0.5, 0.7, probability=0.9), word(" 2014", 0.7, 1.5, probability=0.3),
                      word(" we", 1.5, 1.7, probability=0.9), word(" met", 1.8, 2.1, probability=0.9),
                      word(".", 2.1, 2.2, probability=0.9)],
        }
    ],
}  # fmt: skip


def offsets(text, start, end, **more):
    return {"text": text, "offsets": {"from": start, "to": end}, **more}


CPP = {
    "params": {"model": "models/ggml-base.en.bin", "language": "auto", "translate": False},
    "result": {"language": "en"},
    "transcription": [offsets(" In 2014 we met.", 500, 3000)],
}
CPP_FULL = {
    **CPP,
    "transcription": [
        offsets(
            " In 2014 we met.", 500, 3000,
            tokens=[offsets("[_BEG_]", 0, 0, p=0.9), offsets(" In", 500, 700, p=0.9), offsets(" 20", 700, 1000, p=0.8),
                    offsets("14", 1000, 1500, p=0.4), offsets(" we", 1500, 1700, p=0.9), offsets(" met", 1800, 2100, p=0.9),
                    offsets(".", 2100, 2200, p=0.9), offsets("[_TT_150]", 3000, 3000, p=0.9)],
        )
    ],
}  # fmt: skip


@pytest.fixture
def read(tmp_path):
    def from_value(value):
        path = tmp_path / "talk.json"
        data = value if isinstance(value, bytes) else json.dumps(value).encode()
        path.write_bytes(data)
        return heard.read(path)

    return from_value


@pytest.mark.parametrize(
    ("value", "tool", "model", "untimed"),
    [
        (WHISPERX, "WhisperX", "", 1),
        (FASTER, "faster-whisper", "", 0),
        (CPP, "whisper.cpp", "base.en", 4),
        (CPP_FULL, "whisper.cpp", "base.en", 0),
        ({**FASTER, "info": None, "text": " In", "language": "en"}, "Whisper", "", 0),
        (FASTER["segments"], "Whisper", "", 0),
        (
            {"text": "In", "chunks": [{"text": " In 2014 we met.", "timestamp": [0.5, None]}]},
            "Whisper",
            "",
            4,
        ),
        ({"segments": [], "words": [word(w, 1, 2) for w in ("In", "2014", "we", "met.")]}, "Whisper", "", 0),
    ],
)
def test_each_variant_is_read(read, value, tool, model, untimed):
    found = read(value)
    assert " ".join(t.text for t in found.tokens) == "In 2014 we met."
    assert (found.tool, found.model, found.untimed) == (tool, model, untimed)
    spans = [t.span for t in found.tokens]
    assert all(a.end_ms <= b.start_ms for a, b in pairwise(spans)) or spans[0] == spans[1]


def test_a_word_without_times_lies_between_its_neighbours(read):
    _, number, *_ = read(WHISPERX).tokens
    assert (number.span.start_ms, number.span.end_ms, number.time_source) == (
        700,
        1500,
        TimeSource.INTERPOLATED,
    )


def test_pieces_of_words_are_joined_with_their_times_and_mean_probability(read):
    _, number, *_ = read(CPP_FULL).tokens
    assert (number.text, number.span.start_ms, number.span.end_ms) == ("2014", 700, 1500)
    assert number.confidence == pytest.approx(0.6)


def test_words_cut_anywhere_are_whole_again(read):
    cut = [
        offsets(" walk", 0, 300),
        offsets("ing", 300, 500),
        offsets(" home", 500, 900),
        offsets(".", 900, 950),
    ]
    found = read({"transcription": cut})
    assert [(t.text, t.span.start_ms, t.span.end_ms) for t in found.tokens] == [
        ("walking", 0, 500),
        ("home.", 500, 950),
    ]


def test_pieces_that_begin_without_a_space_are_words_of_their_own(read):
    trimmed = [offsets("Hello", 0, 300), offsets("there", 300, 500), offsets("friend", 500, 900)]
    assert [t.text for t in read({"transcription": trimmed}).tokens] == ["Hello", "there", "friend"]


def test_letters_cut_in_two_are_taken_from_the_whole_text(read):
    half = offsets(" CAF\x01", 500, 900, p=0.9)
    value = {"transcription": [offsets(" café now", 0, 2000, tokens=[half, offsets(" now", 900, 1500)])]}
    data = (
        json.dumps(value, ensure_ascii=False)
        .replace("CAF\\u0001", "caf\udcc3")
        .encode("utf-8", "surrogateescape")
    )
    assert [t.text for t in read(data).tokens] == ["café", "now"]


def test_sounds_are_no_words_and_silence_is_nothing(read):
    pieces = [offsets(" [BLANK_AUDIO]", 0, 900), offsets(" Well (laughs softly) yes.", 900, 3000)]
    found = read({"transcription": pieces})
    assert [(t.text, t.kind) for t in found.tokens] == [
        ("Well", Kind.WORD),
        ("(laughs softly)", Kind.SOUND),
        ("yes.", Kind.WORD),
    ]


@pytest.mark.parametrize(
    "parts",
    [
        ["In", "2014", " we", "met."],  # one alone begins with a space
        [" In", " 20", "14", " we met", "."],  # one part of two words
        [" In 2014", " we", " met."],
        ["In ", "2014 ", "we ", "met."],
    ],
)
def test_where_words_end_is_what_the_text_says(read, parts):
    words = [word(p, n, n + 1) for n, p in enumerate(parts)]
    found = read({"segments": [{"start": 0, "end": 9, "text": " In 2014 we met.", "words": words}]})
    assert [t.text for t in found.tokens] == ["In", "2014", "we", "met."]


def test_without_a_text_the_words_are_all_there_is(read):
    for parts in (["In", "2014"], [" In", " 20", "14"]):
        words = [word(p, n, n + 1) for n, p in enumerate(parts)]
        assert [t.text for t in read({"segments": [{"text": "", "words": words}]}).tokens] == ["In", "2014"]


def test_what_python_writes_for_unknown_is_unknown(read):
    assert read(b'{"segments": [{"text": "yes", "start": NaN, "end": 2}]}').untimed == 1


DAMAGED = [
    (b"[" * 100_000, "not valid JSON"),
    (b'{"segments": [{"text": "a"', "not valid JSON"),
    (b'{"segments": [{"text": "a", "start": ' + b"9" * 5000 + b"}]}", "not valid JSON"),
    (b'{"segments": [{"text": "a", "start": 1e999}]}', "piece 1: 'start' is not a time"),
    (b"\x00\xff\xfe", "not valid JSON"),
    (b"5", "is no transcript of Whisper"),
    ({"results": []}, "is no transcript of Whisper"),
    ({"segments": [[0, 1, "a"]]}, "piece 1: is not a table"),
    ({"segments": [{"text": "a"}, {"text": 7}]}, "piece 2: has no 'text'"),
    ({"segments": [{"text": "a", "start": True}]}, "'start' is not a time"),
    ({"segments": [{"text": "a", "start": "0:01"}]}, "'start' is not a time"),
    ({"segments": [{"text": "a", "start": 2, "end": 1}]}, "piece 1: ends before it starts"),
    ({"segments": [{"text": "a", "start": -30, "end": 1}]}, "before the recording begins"),
    ({"segments": [{"text": "a", "words": [word("a", 1, 2), 5]}]}, "piece 1, word 2: is not a table"),
    ({"segments": [{"text": "a" * 100_001}]}, "more than 100,000 characters"),
    ({"transcription": [offsets("a", 1 << 60, 1 << 61)]}, "'from' is not a time"),
    ({"schema": "vignette/1", "segments": []}, "is a transcript of ours"),
]


@pytest.mark.parametrize(("value", "said"), DAMAGED)
def test_a_damaged_file_is_one_sentence_with_the_place(read, value, said):
    with pytest.raises(DocumentError) as refused:
        read(value)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["segments", "words", "word", "text", "start", "end", "tokens", "offsets", "from", "to",
                         "transcription", "language", "result", "info", "duration", "params", "model", "timestamp"]),
        inner, max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@given(JSON)
def test_any_json_is_read_or_refused(tmp_path_factory, value):
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_text(json.dumps(value), "utf-8")
    try:
        found = heard.read(path)
    except DocumentError:
        return
    starts = [t.span.start_ms for t in found.tokens]
    assert starts == sorted(starts)
    assert all(t.text.strip() == t.text != "" for t in found.tokens)


WORDS = st.lists(
    st.tuples(st.text("abc'é", min_size=1, max_size=6).filter(lambda t: any(c.isalnum() for c in t)), st.integers(1, 900)),
    min_size=1, max_size=8,
)  # fmt: skip


@given(WORDS, st.sets(st.integers(0, 7)))
def test_the_words_and_times_that_are_there_are_kept(tmp_path_factory, words, without):
    at, spoken = 0, []
    for n, (text, length) in enumerate(words):
        spoken.append(word(text) if n in without else word(text, at / 1000, (at + length) / 1000))
        at += length
    segment = {"start": 0, "end": at / 1000, "text": " ".join(t for t, _ in words), "words": spoken}
    path = tmp_path_factory.getbasetemp() / "words.json"
    path.write_text(json.dumps({"segments": [segment]}), "utf-8")
    found = heard.read(path).tokens
    assert [t.text for t in found] == [t for t, _ in words]
    ends = [0, *(t.span.end_ms for t in found)]
    assert all(end <= t.span.start_ms for end, t in zip(ends, found, strict=False))
    timed = [t for t in found if t.time_source is TimeSource.RECOGNIZED]
    assert [(t.span.start_ms, t.span.end_ms) for t in timed] == [
        (round(w["start"] * 1000), round(w["end"] * 1000)) for w in spoken if "start" in w
    ]


@pytest.mark.parametrize(
    ("name", "says_it"),
    [
        ("talk.whisper.json", True),
        ("talk.whisperx.json", True),
        ("talk.json", False),
        ("talk.mp4.json", False),
    ],
)
def test_it_is_found_beside_the_recording_by_the_names_that_programs_give(tmp_path, name, says_it):
    (tmp_path / name).write_text(json.dumps(WHISPERX), "utf-8")
    assert find_heard(tmp_path / "talk.mp4") == (tmp_path / name, says_it)
    assert find_heard(tmp_path / "walk.mp4") == (None, False)


@pytest.mark.parametrize(
    "text", ['{"title": "a video", "id": 5}', '{"schema": "vignette/1", "text": []}', "segments"]
)
def test_another_programs_json_is_not_taken_for_it(tmp_path, text):
    (tmp_path / "talk.json").write_text(text, "utf-8")
    assert find_heard(tmp_path / "talk.mp4") == (None, False)
