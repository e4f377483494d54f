"""Syntax checking: the bytes of a caption file against the rules of its format,
line by line; readers are lenient, this is strict.

WebVTT: https://www.w3.org/TR/webvtt1/#syntax (what authors must write). SubRip has no
specification; its rules are what players agree on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.audit.model import Flaw, Severity
from pipeline.formats.readers import srt, timing_lines, vtt
from pipeline.formats.readers.encoding import Decoded, encoded_twice
from pipeline.timing import parse_timecode

# The classes of a WebVTT tag; they hold no dot, or one text could be divided into them in more ways than can be tried.
_CLASSES = r"(?:\.[^\s<>&.]+)*"
_VTT_TAG = re.compile(rf"</?(?:c|i|b|u|ruby|rt|v|lang){_CLASSES}(?:[ \t][^<>]*)?>|<(?P<time>[\d:.]+)>")
_VTT_VOICE_OF_NOBODY = re.compile(rf"<v{_CLASSES}[ \t]*>")
_VTT_ENTITY = re.compile(r"&(?:amp|lt|gt|lrm|rlm|nbsp|#\d+|#x[0-9A-Fa-f]+|[A-Za-z][A-Za-z0-9]+);")
_SRT_TAG = re.compile(r"</?(?:i|b|u|font)(?:\s[^<>]*)?>|\{\\an?\d+\}", re.I)
_ANY_TAG = re.compile(r"</?[A-Za-z][^<>]*>|\{\\[^{}]*\}")
# WebVTT tags that must be closed; <v> need not be where it spans the whole cue.
_PAIRED_TAGS = ("c", "i", "b", "u", "ruby", "rt", "lang")


@dataclass(frozen=True, slots=True)
class Block:
    """A cue as it stands in the file: its number among those that were read, its timing line (from 1),
    its id, its times in milliseconds, its payload."""

    number: int | None
    line: int
    id: str
    start_ms: int
    end_ms: int
    payload: tuple[str, ...]


def scan(decoded: Decoded, kind: str, numbers: Mapping[int, int]) -> tuple[Flaw, ...]:
    """The flaws of a file; `kind` is "srt" or "vtt", and anything else is checked as mere text.

    `numbers` says which cue was read from the timing line of a number (from 1).
    """
    flaws: list[Flaw] = []
    _check_encoding(decoded, kind, flaws)
    _check_mojibake(decoded.text, flaws)
    lines = re.split(r"\r\n|\n|\r", decoded.text)
    if kind == "vtt":
        _check_vtt_header(lines, flaws)
    if kind not in ("srt", "vtt"):
        return tuple(flaws)
    blocks = _read_blocks(lines, kind, numbers, flaws)
    check = _check_vtt if kind == "vtt" else _check_srt
    check(blocks, flaws)
    return tuple(flaws)


def _check_encoding(decoded: Decoded, kind: str, flaws: list[Flaw]) -> None:
    if decoded.encoding.startswith(("utf-16", "utf-32")):
        name = decoded.encoding[:6].upper()
        flaws.append(
            Flaw("encoding-utf8", f"The file is {name}, not UTF-8.", 1, severity=_encoding_severity(kind))
        )
    elif decoded.doubt_at is not None:
        before = decoded.text.encode(decoded.encoding, "replace")[: decoded.doubt_at]
        line = len(re.findall(rb"\r\n|\n|\r", before)) + 1
        message = f"Byte {decoded.doubt_at} is not UTF-8."
        flaws.append(Flaw("encoding-utf8", message, line, severity=_encoding_severity(kind)))
    elif decoded.marked and kind != "vtt":
        flaws.append(Flaw("bom", "The file begins with a byte order mark, which some players show.", 1))


def _encoding_severity(kind: str) -> Severity:
    """WebVTT must be UTF-8; SubRip should."""
    return Severity.ERROR if kind == "vtt" else Severity.WARNING


def _check_mojibake(text: str, flaws: list[Flaw]) -> None:
    twice = encoded_twice(text)
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        lost = re.search("\ufffd|[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]", line)
        seen = twice[number][0] if number in twice else f"U+{ord(lost[0]):04X}" if lost else ""
        if seen:
            flaws.append(Flaw("mojibake", f"'{seen}' looks like text damaged by a wrong encoding.", number))


def _check_vtt_header(lines: list[str], flaws: list[Flaw]) -> None:
    if not re.match(r"WEBVTT(?:[ \t].*)?$", lines[0]):
        flaws.append(Flaw("vtt-signature", "The file does not begin with WEBVTT.", 1, lines[0][:20]))
    elif len(lines) > 1 and lines[1] and "-->" in "".join(lines[1:3]):
        flaws.append(Flaw("vtt-header-blank", "There is no blank line after the header.", 2))


def _read_blocks(lines: list[str], kind: str, numbers: Mapping[int, int], flaws: list[Flaw]) -> list[Block]:
    """The lines divided into cues; text that no timing line announces is lost to players, and is a flaw."""
    blocks: list[Block] = []
    at = 0
    if kind == "vtt":
        while at < len(lines) and lines[at] and not (at and "-->" in lines[at]):
            at += 1
    while at < len(lines):
        if _is_blank(lines[at], kind):
            at += 1
            continue
        until = at
        while until < len(lines) and not _is_blank(lines[until], kind):
            until += 1
        _read_block(lines[at:until], at + 1, kind, numbers, blocks, flaws)
        at = until
    return blocks


def _is_blank(line: str, kind: str) -> bool:
    """Whether the line ends a cue: to WebVTT one that holds a space does not."""
    return not line if kind == "vtt" else not line.strip()


def _times_ms(line: str, kind: str) -> tuple[int, int] | None:
    """Start and end on a timing line as the readers read it, None for any other line."""
    found = vtt.timing(line) if kind == "vtt" and "-->" in line else None
    return (found.start_ms, found.end_ms) if found else srt.times_ms(line)


def _read_block(
    lines: list[str],
    number: int,
    kind: str,
    numbers: Mapping[int, int],
    blocks: list[Block],
    flaws: list[Flaw],
) -> None:
    timing, times = next(
        ((k, found) for k, line in enumerate(lines) if (found := _times_ms(line, kind))), (None, None)
    )
    if kind == "vtt" and re.match(r"NOTE(?:[ \t]|$)|STYLE[ \t]*$|REGION[ \t]*$", lines[0]):
        _check_vtt_comment(lines, number, bool(blocks), flaws)
        return
    if timing is None or times is None or timing > 1:
        rule = "vtt-blank-line-in-cue" if kind == "vtt" else "srt-timestamp"
        if any("-->" in line for line in lines):
            flaws.append(
                Flaw(f"{kind}-timestamp", "The timing line cannot be read.", number, _line_with_arrow(lines))
            )
        else:
            cue = blocks[-1].number if blocks else None
            flaws.append(
                Flaw(rule, f"'{lines[0][:40]}' belongs to no cue; players drop it.", number, cue=cue)
            )
        return
    cue = numbers.get(number + timing)
    if not timing_lines.is_strict(lines[timing], kind):
        flaws.append(
            Flaw(
                f"{kind}-timestamp",
                "The timing line is not written as the format wants it.",
                number + timing,
                lines[timing][:60],
                cue,
                # Players read SubRip with a dot for the comma too.
                Severity.WARNING
                if kind == "srt" and timing_lines.is_strict(lines[timing].replace(".", ","), kind)
                else None,
            )
        )
    payload = lines[timing + 1 :]
    for k, line in enumerate(payload):
        if "-->" in line:
            flaws.append(
                Flaw(
                    "vtt-arrow-in-text",
                    "'-->' in the text begins a new cue.",
                    number + timing + 1 + k,
                    line[:40],
                    cue,
                )
            )
    blocks.append(Block(cue, number + timing, lines[0] if timing == 1 else "", *times, tuple(payload)))


def _line_with_arrow(lines: list[str]) -> str:
    return next(line for line in lines if "-->" in line)[:60]


def _time(text: str) -> int | None:
    try:
        return parse_timecode(text)
    except ValueError:
        return None


def _check_vtt_comment(lines: list[str], number: int, after_cues: bool, flaws: list[Flaw]) -> None:
    if any("-->" in line for line in lines):
        flaws.append(Flaw("vtt-arrow-in-text", "'-->' inside a comment or style block.", number))
    if after_cues and lines[0].startswith(("STYLE", "REGION")):
        flaws.append(Flaw("vtt-style-region", f"{lines[0].strip()} stands after the first cue.", number))


def _check_times(block: Block, latest_ms: int, order_rule: str, flaws: list[Flaw]) -> int:
    """Note a cue that ends before it starts, and one that starts before `latest_ms`, the latest start above it; gives the latest
    start including this one."""
    if block.end_ms <= block.start_ms:
        span = f"{block.end_ms - block.start_ms}"
        problem = "The cue ends no later than it starts."
        flaws.append(Flaw("vtt-end-after-start", problem, block.line, span, block.number))
    if block.start_ms < latest_ms:
        problem = "The cue starts before one that stands above it."
        flaws.append(Flaw(order_rule, problem, block.line, f"{latest_ms - block.start_ms}", block.number))
    return max(latest_ms, block.start_ms)


def _check_vtt(blocks: list[Block], flaws: list[Flaw]) -> None:
    seen: set[str] = set()
    latest = 0
    for block in blocks:
        number = block.number
        if block.id and block.id in seen:
            flaws.append(
                Flaw("vtt-id-unique", f"The id '{block.id}' is used twice.", block.line - 1, block.id, number)
            )
        seen.add(block.id)
        latest = _check_times(block, latest, "vtt-start-order", flaws)
        _check_vtt_payload(block, flaws)


def _check_vtt_payload(block: Block, flaws: list[Flaw]) -> None:
    number = block.number
    text = "\n".join(block.payload)
    # Names in tags must be escaped as the text is; of the tags nothing else is looked at here.
    bare = _VTT_TAG.sub(lambda tag: "&" * _VTT_ENTITY.sub("", tag[0]).count("&"), text)
    for found in re.finditer(r"[<&]", _VTT_ENTITY.sub("", bare)):
        flaws.append(
            Flaw(
                "vtt-escape",
                f"'{found[0]}' in the text must be written as {'&lt;' if found[0] == '<' else '&amp;'}.",
                block.line + 1,
                found[0],
                number,
            )
        )
    for name in _PAIRED_TAGS:
        opened = len(re.findall(rf"<{name}(?:[.\s][^<>]*)?>", text))
        if opened != text.count(f"</{name}>"):
            # Where the cue ends players close what is open.
            message = f"<{name}> is not closed."
            flaws.append(Flaw("vtt-escape", message, block.line + 1, name, number, Severity.WARNING))
    if _VTT_VOICE_OF_NOBODY.search(text):
        flaws.append(Flaw("vtt-voice", "<v> names nobody.", block.line + 1, "<v>", number))
    at = block.start_ms
    for match in _VTT_TAG.finditer(text):
        if not match["time"]:
            continue
        time = _time(match["time"])
        if time is None or not at < time < block.end_ms:
            flaws.append(
                Flaw(
                    "vtt-inner-timestamp",
                    f"<{match['time']}> is out of order or outside its cue.",
                    block.line + 1,
                    match["time"],
                    number,
                )
            )
        at = max(at, time or at)


def _check_srt(blocks: list[Block], flaws: list[Flaw]) -> None:
    latest = 0
    for place, block in enumerate(blocks, 1):
        number = block.number
        if block.id.strip() != str(number or place):
            found = block.id.strip() or "none"
            flaws.append(
                Flaw(
                    "srt-number", f"Cue {number or place} is numbered {found}.", block.line - 1, found, number
                )
            )
        for match in _ANY_TAG.finditer("\n".join(block.payload)):
            if not _SRT_TAG.fullmatch(match[0]):
                flaws.append(
                    Flaw(
                        "srt-tags",
                        f"Players may show '{match[0]}' as text.",
                        block.line + 1,
                        match[0],
                        number,
                    )
                )
        latest = _check_times(block, latest, "order", flaws)
