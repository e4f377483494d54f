"""Character encoding detection: bytes to text, with a note for every guess.

A file that is silently read in the wrong encoding ruins every name in it. So a byte order mark decides; then UTF-8
when all of it fits; then Windows-1252 when what comes out looks like the language; then what charset-normalizer
finds, within a list. What fits nothing is refused with the offset of the first byte that does not fit.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import SubtitlesError, counted
from pipeline.languages import primary

_BOMS = (  # UTF-32 first: its little-endian mark begins with UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Encodings that subtitles are really found in and that charset-normalizer tells apart well enough for its guess to be
# worth a note.
_DETECTABLE = (
    *("gb2312", "gbk", "gb18030", "big5", "big5hkscs", "cp950"),
    *("cp932", "shift_jis", "euc_jp", "euc_kr", "cp949"),
    *("cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258"),
    *("iso8859_2", "iso8859_5", "iso8859_7", "iso8859_9", "koi8_r", "koi8_u"),
)
# Languages that Windows-1252 was made for, and the largest share of their letters that carries a mark, in [0, 1];
# chosen generously for running text.
_MAX_MARKED_SHARE = dict.fromkeys(("fr", "de", "es", "it", "pt", "sv", "da", "no", "nb", "fi", "is"), 0.2)
_MAX_MARKED_SHARE |= {"en": 0.05, "nl": 0.08}
# Bytes and characters that no text holds: control characters but for tab, line ends and the old end mark 0x1A.
_CONTROL_BYTES = re.compile(rb"[\x00-\x08\x0e-\x19\x1b-\x1f\x7f]")
_CONTROL_CHARS = re.compile(r"[\x01-\x08\x0e-\x19\x1b-\x1f\x7f-\x84\x86-\x9f]")
_REMEDY = "save it as UTF-8 in a text or subtitle editor"


# What the bytes 80 to BF, those that continue a character of UTF-8, are in Windows-1252.
_CONTINUES = "[\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
_UTF8_AS_1252 = re.compile(
    rf"[\u00c2-\u00df]{_CONTINUES}|[\u00e0-\u00ef]{_CONTINUES}{{2}}|[\u00f0-\u00f4]{_CONTINUES}{{3}}|â€\ufffd?"
)
# Signs that say nothing about it: what could not be decoded, and marks that a line may begin with.
_NO_TRACE = re.compile("[\ufffd\ufeff\u200b-\u200f♪♫]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Decoded text: line ends as they were, no byte order mark; `encoding` is
    Python's name of it, `notes` what to tell the user.

    `marked` says that a byte order mark stood in front, `doubt_at` at which byte it turned out not to be UTF-8.
    """

    text: str
    encoding: str
    notes: tuple[str, ...] = ()
    marked: bool = False
    doubt_at: int | None = None


def decode(data: bytes, path: Path, lang: str = "en") -> Decoded:
    """The text in `data`; `path` is for messages only.

    NUL bytes are let through in WebVTT alone, whose standard says what they mean. Raises
    SubtitlesError with the byte offset of what cannot be read.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return Decoded(_decode_strictly(data, len(bom), encoding, path), encoding, marked=True)
    if utf16 := _utf16_without_bom(data):
        note = f"has no byte order mark; its zero bytes say that it is {utf16.upper()}"
        return Decoded(_decode_strictly(data, 0, utf16, path), utf16, (note,))
    if not data.startswith(b"WEBVTT"):
        _refuse_binary(data, path, b"\x00")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _guess(data, error.start, path, lang)
    return Decoded(text, "utf-8", _notes_on_damage(text))


def _decode_strictly(data: bytes, skip: int, encoding: str, path: Path) -> str:
    try:
        return data[skip:].decode(encoding)
    except UnicodeDecodeError as error:
        problem = f"is marked as {encoding.upper()} and is not"
        raise SubtitlesError(path, problem, _REMEDY, offset=skip + error.start) from error


def _utf16_without_bom(data: bytes) -> str | None:
    """The byte order of UTF-16 without a mark: nearly every second byte is zero, as
    it is for Latin script; None for anything else."""
    head = data[:2048]
    if len(data) % 2 or len(head) < 8:
        return None
    half = len(head) // 2
    zeros = (head[0::2].count(0) / half, head[1::2].count(0) / half)
    if zeros[1] > 0.8 and zeros[0] < 0.05:
        return "utf-16-le"
    if zeros[0] > 0.8 and zeros[1] < 0.05:
        return "utf-16-be"
    return None


def _refuse_binary(data: bytes, path: Path, what: bytes | re.Pattern[bytes]) -> None:
    found = re.search(what, data)
    if found:
        problem = f"is not a text file (byte 0x{found[0][0]:02x})"
        raise SubtitlesError(path, problem, "give a subtitle file or a script", offset=found.start())


def _guess(data: bytes, bad_at: int, path: Path, lang: str) -> Decoded:
    _refuse_binary(data, path, _CONTROL_BYTES)
    if _is_damaged_utf8(data):
        problem = "is UTF-8 but for some bytes, so it is damaged"
        raise SubtitlesError(path, problem, _REMEDY, offset=bad_at)
    encoding = "cp1252" if _looks_western(data, lang) else _detected(data)
    if encoding is None:
        raise SubtitlesError(path, "is in no encoding that we can tell", _REMEDY, offset=bad_at)
    text = data.decode(encoding)
    seen = next((c for c in text if ord(c) > 127), "")
    name = {"cp1252": "Windows-1252"}.get(encoding, encoding)
    note = f"is not UTF-8 (byte {bad_at}) and was read as {name}: check characters such as '{seen}'"
    return Decoded(text, encoding, (note,), doubt_at=bad_at)


def _is_damaged_utf8(data: bytes) -> bool:
    """Whether many multibyte characters fit UTF-8 and few bytes do not: no other encoding looks like that."""
    text = data.decode("utf-8", errors="surrogateescape")
    bad = sum(1 for c in text if "\ud800" <= c <= "\udfff")
    good = sum(1 for c in text if ord(c) > 127) - bad
    return good >= 3 and bad * 5 <= good


def _looks_western(data: bytes, lang: str) -> bool:
    """Whether `data` read as Windows-1252 looks like `lang`: few marked letters,
    no long runs of them, no symbols inside words."""
    limit = _MAX_MARKED_SHARE.get(primary(lang))
    if limit is None:
        return False
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return False
    letters = [c for c in text if c.isalpha()]
    marked = [c for c in letters if ord(c) > 127]
    if len(marked) > max(2, limit * len(letters)) or re.search(r"[^\x00-\x7f’“”‘…—–]{3}", text):
        return False
    return not any(_is_symbol_inside_word(text, m.start()) for m in re.finditer(r"[^\x00-\x7f]", text))


def _is_symbol_inside_word(text: str, at: int) -> bool:
    """Whether a sign such as ¿ or ³ has letters on both sides, as other code pages' letters look in Windows-1252."""
    around = text[at - 1 : at] + text[at + 1 : at + 2]
    inside = len(around) == 2 and around.isalpha()
    return inside and not text[at].isalpha() and text[at] not in "’‘–—…·´\u00ad\u00a0®©™"


def _detected(data: bytes) -> str | None:
    """What charset-normalizer says, when it is an encoding that it tells reliably; None otherwise."""
    from charset_normalizer import from_bytes

    best = from_bytes(data, cp_isolation=list(_DETECTABLE)).best()
    return best.encoding if best is not None and best.encoding in _DETECTABLE else None


def _notes_on_damage(text: str) -> tuple[str, ...]:
    """Notes on text that was broken before we got the file: it decodes, but not to what its author wrote."""
    notes = []
    if lost := text.count("\ufffd"):
        held = counted(lost, "replacement character")
        notes.append(
            f"holds {held} (U+FFFD): {'that letter was' if lost == 1 else 'those letters were'} lost before"
        )
    if twice := [seen for broken in encoded_twice(text).values() for seen in broken]:
        times = counted(len(twice), "time")
        notes.append(f"looks encoded twice ('{twice[0]}', {times}): its letters were broken before")
    if controls := len(_CONTROL_CHARS.findall(text)):
        are = "which was" if controls == 1 else "which were"
        notes.append(f"holds {counted(controls, 'control character')}, {are} ignored")
    return tuple(notes)


def encoded_twice(text: str) -> dict[int, list[str]]:
    """By line (from 1) what looks like UTF-8 that was read as Windows-1252 and written as UTF-8 again: "Ã©" for "é".

    Such a line holds no other letters or signs beyond ASCII: what was encoded twice was so as a whole. "IRMÃ»" is a correct
    end of a quotation; so a single place counts only in a file of which most of these signs are broken.
    """
    lines = re.split(r"\r\n|\n|\r", text)
    found: dict[int, list[str]] = {}
    others = 0
    for number, line in enumerate(lines, 1):
        if line.isascii():
            continue
        broken = [m[0] for m in _UTF8_AS_1252.finditer(line) if _is_utf8(m[0])]
        rest = _NO_TRACE.sub("", _UTF8_AS_1252.sub(lambda m: "" if _is_utf8(m[0]) else m[0], line))
        if broken and rest.isascii():
            found[number] = broken
        others += sum(not c.isascii() for c in rest)
    all_broken = sum(map(len, found.values()))
    return {n: broken for n, broken in found.items() if all_broken > others or len(broken) > 1}


def _is_utf8(seen: str) -> bool:
    """Whether characters, as bytes of Windows-1252, are UTF-8; of "â€" the last byte may be one that it lacks."""
    try:
        data = b"".join(c.encode("latin-1") if c <= "\xff" else c.encode("cp1252") for c in seen)
        return bool(data.decode("utf-8"))
    except UnicodeError:
        return seen.startswith("â€")
