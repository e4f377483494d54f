"""Seeds of the mutator (`benchmarks.fuzz`): small files of every kind that is read, and how they are damaged."""

from __future__ import annotations

import copy
import io
import json
import random
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks import fuzz_formats, fuzz_tools

# A mutated file is no larger than this: what is slow for its size alone has limits of its own.
MOST_BYTES = 400_000

_SRT = """1
00:00:01,000 --> 00:00:03,500
RUTH: Good morning, <i>everybody</i>.

2
00:00:03,900 --> 00:00:06,200 X1:10 X2:20
- Who wants to begin?
- I could, I think. {\\an8}

3
00:00:07,000 --> 00:00:09,000
[door opens] >> OMAR: It was a long week &amp; I slept badly.
"""
_VTT = """WEBVTT Kind: captions

STYLE
::cue { color: white }

NOTE a remark

one
00:01.000 --> 00:03.500 align:start position:10%
<v Ruth Adler>Good <b>morning</b>, <c.loud.red>everybody</c>.

00:00:03.900 --> 00:00:06.200
<00:00:04.000>Who <00:00:04.500>wants&nbsp;to <ruby>begin<rt>x</rt></ruby>?
"""
_ASS = """[Script Info]
Title: morning
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize
Style: Default,Arial,20

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:01.00,0:00:03.50,Default,Ruth,0,0,0,,{\\an8\\pos(10,20)}Good morning,\\Neverybody.
Comment: 0,0:00:03.90,0:00:06.20,Default,,0,0,0,,nothing
Dialogue: 0,0:00:03.90,0:00:06.20,Default,,0,0,0,,{\\p1}m 0 0 l 1 1{\\p0}Who wants to begin?
"""
_TXT = """# Monday group

RUTH (smiles): Good morning, everybody.

[00:00:04] OMAR
It was a long week, and I slept badly.

Vignette 2

>> Speaker 1: Who wants to begin? 0:12
"""
_SIDECAR = """title = "Monday group"
language = "en"
terms = ["ambivalence", "rolling with it"]

[[people]]
name = "Ruth Adler"
role = "therapist"
also_known_as = ["Ruth"]
enrol = "0:01-0:04"

[[vignettes]]
start = "0:10"
title = "The letter"

[captions]
max_lines = 2
"""
_LEXICON = """version = "1"
language = "en"
passed_over = "well um"

[forms]
drink = "drink drinks drank drunk"

[sets]
night = "(night|evening|day off)"
late = "late {night} | {night}"

[[broader]]
id = "relapse"
label = "Relapse"

[[concept]]
id = "trigger"
label = "Trigger"
definition = "what brings it on"
broader = "relapse"
patterns = '''
client: ^ every {late} [so|very] I ... drink~ & bar &! (never|not)
!never whenever I ...5 walk past (that|the) pub$  # a remark
'''
examples = '''
Every late night I just drink at the bar
'''
"""
_DECISIONS = (
    ("words", "will", "will hold", 17374, "the week. Nobody", "643bad962abb"),
    ("words", "slept", "slept it.", 15524, "at last I", "402f19a353f5"),
)
_JOURNAL = "".join(
    json.dumps(
        {
            "at": f"2026-03-0{n}T09:00:00.000000Z",
            "who": "Ana",
            "kind": kind,
            "value": {"text": new},
            "anchor": {
                "text": old,
                "start_ms": at,
                "end_ms": at + 400,
                "before": before,
                "after": "and then",
            },
            "v": 1,
            "id": id,
        }
    )
    + "\n"
    for n, (kind, old, new, at, before, id) in enumerate(_DECISIONS, 1)
)
_LABELLED = "".join(
    json.dumps({"id": f"a{n}", "transcript_id": n, "text": text, "concepts": concepts}) + "\n"
    for n, (text, concepts) in enumerate((("Whenever I pass that pub", ["trigger"]), ("A nice day", [])))
)
_KEPT = json.dumps(
    {
        "stage": "sound",
        "reads": {"version": 1},
        "result": {"duration_ms": 1000, "has_picture": False, "notes": []},
    }
)
_STYLES = (
    '<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:style w:styleId="A">'
    '<w:basedOn w:val="B"/><w:rPr><w:vanish/></w:rPr></w:style></w:styles>'
)


def body(inside: str) -> str:
    """The XML of a Word document with this between the tags of its body."""
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    return f'<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="{space}"><w:body>{inside}</w:body></w:document>'


_BODY = body(
    '<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>Monday</w:t></w:r></w:p>'
    "<w:p><w:r><w:rPr><w:rStyle w:val='A'/></w:rPr><w:t>RUTH: Good</w:t><w:tab/><w:t>morning.</w:t></w:r></w:p>"
    "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Omar</w:t></w:r></w:p></w:tc><w:tc><w:p><w:del><w:r><w:t>No</w:t></w:r></w:del>"
    "<w:r><w:t>It was a long week.</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
)


def _text(content: str) -> Callable[[], bytes]:
    return lambda: content.encode()


def packed(xml: str = _BODY, how: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A Word document with this XML."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", how) as archive:
        archive.writestr("word/document.xml", xml)
        archive.writestr("word/styles.xml", _STYLES)
    return made.getvalue()


@cache
def _document() -> bytes:
    """The demo's document, but for most of what makes it long."""
    held = json.loads((Path(__file__).resolve().parent.parent / "transcripts/demo.json").read_bytes())
    few = {key: held[key][:4] for key in ("speakers", "vignettes", "turns", "utterances", "cues")}
    return json.dumps({**held, **few}).encode()


@cache
def _recording(suffix: str) -> bytes:
    import imageio_ffmpeg

    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / f"x{suffix}"
        has_picture = suffix in (".mp4", ".mkv", ".ts")
        picture = ["-f", "lavfi", "-i", "testsrc=s=64x64:r=5:d=1.5"] if has_picture else []
        sound = ["-f", "lavfi", "-i", "sine=f=300:d=1.5:r=16000"]
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *picture, *sound, "-shortest", str(made)]
        subprocess.run(command, check=True)
        return made.read_bytes()


@dataclass(frozen=True)
class Seed:
    """A file to damage: its name, the reader it is for, the ending of its name, its bytes, and how it is damaged."""

    name: str
    kind: str
    suffix: str
    data: Callable[[], bytes]
    how: str = "text"


def _recordings() -> list[Seed]:
    endings = (".wav", ".mp3", ".mp4", ".mkv", ".flac", ".ogg", ".ts")
    return [
        Seed(end[1:], "recording", end, lambda end=end: _recording(end), "head")  # type: ignore[misc]
        for end in endings
    ]


SEEDS = (
    Seed("srt", "captions", ".srt", _text(_SRT)),
    Seed("vtt", "captions", ".vtt", _text(_VTT)),
    Seed("ass", "captions", ".ass", _text(_ASS)),
    Seed("ttml", "captions", ".ttml", _text(fuzz_formats.TTML)),
    Seed("sbv", "captions", ".sbv", _text(fuzz_formats.SBV)),
    Seed("textgrid", "captions", ".TextGrid", _text(fuzz_formats.TEXTGRID)),
    Seed("textgrid-short", "captions", ".TextGrid", _text(fuzz_formats.SHORT_TEXTGRID)),
    Seed("eaf", "captions", ".eaf", _text(fuzz_formats.EAF)),
    Seed("txt", "script", ".txt", _text(_TXT)),
    Seed("docx", "script", ".docx", packed, "archive"),
    Seed("json", "document", ".json", _document, "json"),
    Seed("sidecar", "sidecar", ".toml", _text(_SIDECAR)),
    Seed("lexicon", "lexicon", ".toml", _text(_LEXICON)),
    Seed("journal", "journal", ".jsonl", _text(_JOURNAL), "jsonl"),
    Seed("labelled", "labelled", ".jsonl", _text(_LABELLED), "jsonl"),
    Seed("kept", "kept", ".json", _text(_KEPT), "json"),
    Seed("rttm", "turns", ".rttm", _text(fuzz_tools.RTTM)),
    Seed("whisper", "heard", ".json", _text(fuzz_tools.WHISPER), "json"),
    Seed("whisper-cpp", "heard", ".json", _text(fuzz_tools.WHISPER_CPP), "json"),
    Seed("codings", "codings", ".qde", _text(fuzz_tools.QDE)),
    Seed("checkpoint", "network", ".pt", fuzz_tools.checkpoint, "head"),
    *_recordings(),
)

# What is put into text: marks of the formats, numbers and characters at which readers break.
_TOKENS = (
    "<", ">", "<v ", "</", "&", "&#", "&#x110000;", "{", "}", "{\\", "\\N", "\\p1", "[", "]", "[[", "]]", "(", ")",
    "-->", "\n", "\n\n", "\r", "\r\n", "\t", " ", "\x00", "\x0b", "\x0c", "\x1a", "\x85", "\u2028", "\ufeff",
    "\ufffe", "\u202e", "00:00:00,000", "99:99:99,999", "0:0:0.0", ":", ",", ".", "...", "...5", "-", "- ", ">>",
    ">> ", "♪", "#", "!", "~", "^", "=", '"', "'", "'''", '"""', "=5", "= []", "= {}", "[x]", "[[x]]", "[a.b]",
    "null", "NaN", "1e999", "-1", "true", "|", "$", "9" * 30, "9" * 5000, "١٢", "²", "Ⅷ", "ß", "İ", "e\u0301", "𝔘",
    "🙂", "\U000e0001", "WEBVTT", "NOTE", "STYLE", "Format:", "[" * 3000, "(" * 3000, "{" * 3000, "<" * 3000,
    "a" * 5000, " " * 5000, "<b>" * 1500, "1\n" * 3000, ": " * 2500,
)  # fmt: skip
_VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 1.5, 1e308, 10**30, "", "x", "\x00", "\ud800", " ", [], {}, [None], [[]], {"": None}, [1, "a"],
    "9" * 400, "a" * 20_000, [0] * 2000,
)  # fmt: skip


def mutated(seed: Seed, rng: random.Random) -> bytes:
    """The seed's file with one to six things done to it."""
    data = seed.data()
    times = rng.choice((1, 1, 2, 3, 6))
    if seed.how in ("json", "jsonl") and rng.random() < 0.7:
        data = _mutated_json(data, seed.how == "jsonl", rng, times)
        times = rng.choice((0, 0, 1))
    if seed.how == "archive" and rng.random() < 0.7:
        xml = _BODY.encode()
        for _ in range(times):
            xml = _mutated_text(xml, rng)
        how = rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
        data = packed(xml.decode("utf-8", "replace"), how)
        times = rng.choice((0, 0, 1))
    for _ in range(times):
        binary = seed.how in ("head", "archive") or rng.random() < 0.2
        data = (_mutated_bytes if binary else _mutated_text)(data, rng)
    return data[:MOST_BYTES]


def _mutated_text(data: bytes, rng: random.Random) -> bytes:
    text = data.decode("utf-8", "replace")
    at = rng.randrange(len(text) + 1)
    end = min(len(text), at + rng.choice((0, 1, 1, 3, 10, 80)))
    lines = text.splitlines(keepends=True)
    done = rng.randrange(7)
    if done < 3:
        text = text[:at] + rng.choice(_TOKENS) + text[end:]
    elif done == 3:
        text = text[:at] + text[end:]
    elif done == 4:
        text = text[:at] + text[at:end] * rng.choice((2, 5, 300)) + text[end:]
    elif done == 5:
        rng.shuffle(lines)
        text = "".join(lines)
    else:
        text = text[:at] + rng.choice((text[:end].upper(), text[::-1][:50], "")) + text[at:]
    encoding = rng.choice(("utf-8", "utf-8", "utf-8", "utf-8", "utf-16", "utf-8-sig", "cp1252", "utf-32"))
    return text.encode(encoding, "replace")


def _mutated_bytes(data: bytes, rng: random.Random) -> bytes:
    if not data:
        return rng.randbytes(20)
    # Most of what a reader of binary files believes stands at the front.
    at = rng.randrange(min(len(data), rng.choice((16, 64, 256, 4096, len(data)))))
    end = min(len(data), at + rng.choice((1, 1, 2, 4, 8, 64)))
    new = rng.choice((rng.randbytes(end - at), b"\xff" * (end - at), bytes(end - at), b"", data[at:end] * 3))
    if rng.random() < 0.1:
        return data[:at]
    return data[:at] + new + data[end:]


def _mutated_json(data: bytes, by_line: bool, rng: random.Random, times: int) -> bytes:
    rows = [json.loads(line) for line in data.splitlines()] if by_line else [json.loads(data)]
    for _ in range(times):
        _damage(rng.choice(rows), rng)
    return "\n".join(json.dumps(row) for row in rows).encode() + b"\n"


def _damage(root: Any, rng: random.Random) -> None:
    """Replace, remove or add one value somewhere in a table or list."""
    place = root
    while True:
        keys: Sequence[Any] = list(place) if isinstance(place, dict) else range(len(place))
        if not keys:
            return
        key = rng.choice(keys)
        inner = place[key]
        if isinstance(inner, dict | list) and inner and rng.random() < 0.8:
            place = inner
            continue
        done = rng.randrange(5)
        if done == 0:
            del place[key]
        elif done == 1 and isinstance(place, list):
            place.append(inner)
        else:
            place[key] = copy.deepcopy(rng.choice(_VALUES))
        return
