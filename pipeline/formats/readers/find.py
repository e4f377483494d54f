"""Subtitle discovery: the subtitles or script beside a recording, found by name.

For `talk.mp4` and language `en`, in this order, and within each step `.srt` before `.vtt`, `.ass`, `.ssa`, TTML, `.sbv`, and
the annotations of ELAN and Praat:

1. `talk.en.srt`, then `talk.en.sdh.srt`, then other spellings: `talk.eng.srt`, `talk_en.srt`, `talk.English.srt`
2. `talk.en-GB.srt`, `talk.en-US.srt`, ... in alphabetical order, then `talk.en_GB.srt`
3. `talk.srt`, then `talk.mp4.srt`, `talk.transcript.srt`
4. the scripts `talk.en.txt`, `talk.en.docx`, `talk.txt`, `talk.docx`, then their other spellings

The suffix may be written in capitals. Captions that Vignette wrote are never taken for subtitles that
somebody brought: a WebVTT file that says so in its note, and the SubRip file of the same name beside it.
What only looks like subtitles of a recording is told as a near miss.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from pipeline.formats.origin import is_ours as _is_ours
from pipeline.languages import spellings

_TIMED = (".srt", ".vtt", ".ass", ".ssa", ".ttml", ".dfxp", ".itt", ".sbv", ".eaf", ".textgrid")
_SCRIPTS = (".txt", ".docx")
# Formats of subtitles and scripts that are not read: they are worth a word where nothing else is found.
_UNREAD = (
    ".doc", ".lrc", ".odt", ".pdf", ".rtf", ".sami", ".scc", ".smi", ".stl", ".sub", ".sup",
)  # fmt: skip
# Text that lies beside recordings and is neither subtitles nor a recording that could own them.
_OTHER_TEXT = (".json", ".jsonl", ".toml", ".md", ".html", ".rttm", ".part", ".bak")
_CHAPTERS = ".chapters.txt"  # of a video's description, as Vignette and others write them
# Marks of subtitles that also tell sounds and speakers.
_FOR_THE_DEAF = frozenset(("sdh", "cc", "hi"))
# Words that tools add to a file's name and that say nothing of what is in it.
_BY_TOOLS = frozenset(
    ("transcript", "transcription", "captions", "caption", "subtitles", "subtitle", "subs", "otter", "ai")
)
# Ends that Zoom and Teams give the names of recordings, and not those of their transcripts.
_RECORDER_ENDS = re.compile(
    r"(?:_(?:avo|gallery|gvo|as|cc|speaker|separate|new_chat))*_\d{3,4}x\d{3,4}$|[ _-]Meeting Recording$",
    re.IGNORECASE,
)
_TEAMS_END = re.compile(r"[ _-]Meeting (?:Recording|Transcript)$", re.IGNORECASE)
_BETWEEN = re.compile(r"[ ._-]+")


def find_subtitles(media_path: Path, lang: str = "en") -> list[Path]:
    """The subtitles and scripts of a recording, best first; empty when there are none or the folder cannot be read."""
    ranked = []
    beside = _beside(media_path)
    for path in beside:
        rank = _rank(path, media_path, lang.casefold())
        if rank is None or _is_ours(path) or (rank[1] and _is_of_another(path, media_path, beside)):
            continue
        ranked.append((rank, path.name, path))
    return [path for _, _, path in sorted(ranked)]


def own_exports(media_path: Path, lang: str = "en") -> list[Path]:
    """What Vignette exported for other tools and what lies beside the recording under the name of subtitles, in alphabetical
    order: it is not taken, since a transcript would be made of itself."""
    beside = (p for p in _beside(media_path) if p.suffix.lower() not in (".srt", ".vtt"))
    return sorted(p for p in beside if _rank(p, media_path, lang.casefold()) is not None and _is_ours(p))


def near_misses(media_path: Path, lang: str = "en") -> list[Path]:
    """Files that look like subtitles or a script of a recording and are not taken: another language, an unknown mark, a format
    that is not read, or any name at all where there is only one recording. In alphabetical order."""
    beside = _beside(media_path)
    taken = {*find_subtitles(media_path, lang)}
    text = [p for p in beside if p.suffix.lower() in (*_TIMED, *_SCRIPTS, *_UNREAD)]
    alone = not _others(media_path, beside)
    found = []
    for path in text:
        if (
            path in taken
            or path.name == media_path.name
            or path.name.endswith(_CHAPTERS)
            or _is_ours(path)
            or _is_of_another(path, media_path, beside)
        ):
            continue
        named = any(_rest(path, name) is not None for name in _names(media_path))
        stray = alone and path.suffix.lower() in _TIMED
        if named or stray:
            found.append(path)
    return sorted(found)


def belonging_to_none(folder: Path) -> list[Path]:
    """Subtitles in a folder whose names begin like no recording's there, in alphabetical order."""
    beside = _beside(folder / "recording")
    text = (*_TIMED, *_SCRIPTS, *_UNREAD, *_OTHER_TEXT)
    names = [name for p in beside if p.suffix.lower() not in text for name in _names(p)]
    return sorted(
        p
        for p in beside
        if p.suffix.lower() in _TIMED
        and not any(_rest(p, name) is not None for name in names)
        and not _is_ours(p)
    )


def _beside(media_path: Path) -> list[Path]:
    try:
        return [p for p in media_path.parent.iterdir() if p.is_file() and not p.name.startswith(".")]
    except OSError:
        return []


def _names(media_path: Path) -> tuple[str, ...]:
    """What the names of a recording's subtitles may begin with, the longest first."""
    stem = _nfc(media_path.stem)
    return _nfc(media_path.name), stem, *filter(None, (_RECORDER_ENDS.sub("", stem),))


def _rank(path: Path, media_path: Path, lang: str) -> tuple[int, int, str, int] | None:
    """Where the file stands in the order: its step, how it is spelled (0 as we recommend it), its tag, its format; None when it
    does not belong to the recording."""
    suffix = path.suffix.lower()
    if suffix not in _TIMED + _SCRIPTS:
        return None
    script = suffix in _SCRIPTS
    kind = (_SCRIPTS if script else _TIMED).index(suffix)
    exact = _exact(path, _nfc(media_path.stem), lang)
    if exact is not None:
        step, tag = exact
        return ((4 if step == 2 else 3) if script else step), 0, tag, kind
    for name in _names(media_path):
        rest = _rest(path, name)
        found = None if rest is None else _spelled(rest, lang)
        if found is not None:
            step, spelling = found
            return ((4 if step == 2 else 3) if script else step), spelling, (rest or "").casefold(), kind
    return None


def _exact(path: Path, name: str, lang: str) -> tuple[int, str] | None:
    """The step and the tag of a name as we recommend it."""
    stem = _nfc(path.stem)
    if not stem.startswith(name):
        return None
    tag = stem[len(name) :].casefold()
    if tag == f".{lang}":
        return 0, ""
    if tag.startswith(f".{lang}-") and "." not in tag[1:]:
        return 1, tag
    return (2, "") if tag == "" else None


def _rest(path: Path, name: str) -> str | None:
    """What stands in a file's name behind the recording's, None when it does not begin with it or goes on in the same word."""
    stem = _TEAMS_END.sub("", _nfc(path.stem))
    if not stem.casefold().startswith(name.casefold()):
        return None
    rest = stem[len(name) :]
    return rest if not rest or rest[0] in " ._-" else None


def _spelled(rest: str, lang: str) -> tuple[int, int] | None:
    """The step of what stands behind the recording's name in another spelling, and which: 1 for the deaf, 2 any other; None
    when it says something that we do not know."""
    words = [w for w in _BETWEEN.split(rest.casefold()) if w]
    marks = [w for w in words if w in _FOR_THE_DEAF]
    words = [w for w in words if w not in _FOR_THE_DEAF | _BY_TOOLS]
    spelling = 1 if marks else 2
    if not words:
        return 2, spelling
    if words[0] not in spellings(lang):
        return None
    region = words[1:]
    if not region:
        return 0, spelling
    return (1, spelling) if len(region) == 1 and re.fullmatch(r"[a-z]{2}|\d{3}", region[0]) else None


def _others(media_path: Path, beside: Iterable[Path]) -> list[Path]:
    """The other files beside a recording that could be recordings with subtitles of their own."""
    text = (*_TIMED, *_SCRIPTS, *_UNREAD, *_OTHER_TEXT)
    return [p for p in beside if p.suffix.lower() not in text and _nfc(p.name) != _nfc(media_path.name)]


def _is_of_another(path: Path, media_path: Path, beside: Iterable[Path]) -> bool:
    """Whether a file's name fits another recording better: `talk_en.srt` beside `talk.mp4` and `talk_en.mp4`."""
    own = max((len(n) for n in _names(media_path) if _rest(path, n) is not None), default=0)
    return any(
        _rest(path, name) is not None and len(name) > own
        for other in _others(media_path, beside)
        for name in _names(other)
    )


def _nfc(name: str) -> str:
    """The name in Unicode normalization form C, as file systems compose the same name differently."""
    return unicodedata.normalize("NFC", name)
