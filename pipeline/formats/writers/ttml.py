"""TTML captions: IMSC 1.1's text profile for players, and EBU-TT-D for broadcasters, who want a colour for each speaker.

IMSC 1.1: https://www.w3.org/TR/ttml-imsc1.1/; EBU-TT-D: https://tech.ebu.ch/publications/tech3380. The second allows no style
on an element itself, only references; so every look is a style of the head.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from pipeline.errors import counted
from pipeline.formats import position
from pipeline.formats.document.captions import Captioned
from pipeline.formats.document.shown import shown
from pipeline.formats.markup import ORIGIN
from pipeline.formats.writers.exported import Exported, xml_text
from pipeline.formats.writers.render import Piece, RenderedCue, clean
from pipeline.timing import format_timecode
from pipeline.transcript import styling

_NAMESPACES = (
    'xmlns="http://www.w3.org/ns/ttml" xmlns:ttp="http://www.w3.org/ns/ttml#parameter" '
    'xmlns:tts="http://www.w3.org/ns/ttml#styling" xmlns:ttm="http://www.w3.org/ns/ttml#metadata"'
)
_IMSC = 'ttp:contentProfiles="http://www.w3.org/ns/ttml/profile/imsc1.1/text"'
_EBU = 'xmlns:ebuttm="urn:ebu:tt:metadata" ttp:cellResolution="50 30"'  # the EBU's own example: a line is a thirtieth
# The BBC's colours of speakers in their order (https://www.bbc.co.uk/accessibility/forproducts/guides/subtitles/#Colour): who
# speaks most has white, and so has everybody behind the fourth.
_SPEAKER_COLOURS = ("#ffffff", "#ffff00", "#00ffff", "#00ff00")
_WHITE = "#ffffff"
# Rows and columns of the keypad digits of `position.to_ssa`; 10 % from the edge is the text safe area (EBU R 95).
_ROWS = {0: "after", 1: "center", 2: "before"}
_COLUMNS = {0: "start", 1: "center", 2: "end"}


def imsc(read: Captioned) -> Exported:
    """The captions as IMSC 1.1 (text profile), who says what named by agents."""
    return Exported(_Writer(read, ebu=False).document())


def ebu_tt_d(read: Captioned) -> Exported:
    """The captions as EBU-TT-D, a colour for each of the four who speak most."""
    writer = _Writer(read, ebu=True)
    notes = []
    if (more := len(writer.people) - len(_SPEAKER_COLOURS)) > 0:
        notes.append(f"{counted(more, 'speaker')} more than there are colours: they share white")
    own = sum(
        bool(styling.parsed(p.style).colour) for cue in writer.cues for line in cue.pieces for p in line
    )
    if own:
        notes.append(
            f"{counted(own, 'passage')} in a colour of their own, which has that and not the speaker's"
        )
    return Exported(writer.document(), tuple(notes))


class _Writer:
    """Writes one document; its people in order of how much they say."""

    def __init__(self, read: Captioned, ebu: bool) -> None:
        self.cues = [c for c in shown(read) if c.span and any(_has_text(line) for line in c.pieces)]
        said = Counter(
            p.speaker for cue in self.cues for line in cue.pieces for p in line for _ in p.text if p.speaker
        )
        self.people = [name for name, _ in said.most_common()]
        self._document, self._ebu = read.document, ebu
        self._looks: dict[str, str] = {}  # of each look its style's id, in the order in which they are met
        self._regions: dict[int, None] = {}

    def document(self) -> bytes:
        body = "\n".join(self._paragraph(n, cue) for n, cue in enumerate(self.cues, 1))
        lang = re.sub(r"[^A-Za-z0-9-]", "", self._document.lang)
        head = _EBU if self._ebu else _IMSC
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<tt {_NAMESPACES} {head} ttp:timeBase="media" xml:lang="{lang}">\n'
            f"<head>\n{self._metadata()}\n<styling>\n{self._styling()}\n</styling>\n<layout>\n{self._layout()}\n</layout>\n</head>\n"
            f'<body style="base">\n<div>\n{body}\n</div>\n</body>\n</tt>\n'
        ).encode()

    def _metadata(self) -> str:
        document = self._document
        told = f"{ORIGIN}: {document.grade}" if document.grade else ORIGIN
        lines = [
            f"<ttm:title>{xml_text(document.title or document.name)}</ttm:title>",
            f"<ttm:desc>{xml_text(told)}</ttm:desc>",
        ]
        if self._ebu:
            standard = "urn:ebu:tt:distribution:2018-04"
            lines.append(
                "<ebuttm:documentMetadata>"
                f"<ebuttm:conformsToStandard>{standard}</ebuttm:conformsToStandard></ebuttm:documentMetadata>"
            )
        else:
            lines += [
                f'<ttm:agent xml:id="person{n}" type="person"><ttm:name type="full">{xml_text(name)}</ttm:name></ttm:agent>'
                for n, name in enumerate(self.people, 1)
            ]
        return "<metadata>\n" + "\n".join(lines) + "\n</metadata>"

    def _styling(self) -> str:
        base = (
            '<style xml:id="base" tts:fontFamily="proportionalSansSerif" tts:fontSize="100%" tts:lineHeight="125%" '
            'tts:textAlign="center"/>'
        )
        plain = '<style xml:id="text" tts:color="#ffffff" tts:backgroundColor="#000000"/>'
        return "\n".join((base, plain, *(_style(id, look) for look, id in self._looks.items())))

    def _layout(self) -> str:
        return "\n".join(
            f'<region xml:id="at{number}" tts:origin="10% 10%" tts:extent="80% 80%" '
            f'tts:displayAlign="{_ROWS[(number - 1) // 3]}"/>'
            for number in sorted(self._regions) or [2]
        )

    def _paragraph(self, number: int, cue: RenderedCue) -> str:
        keypad = position.alignment(position.to_ssa(cue.settings)) or 2
        self._regions[keypad] = None
        align = _COLUMNS[(keypad - 1) % 3]
        look = self._look(f"text-align:{align}") if align != "center" else ""
        style = f' style="{look}"' if look else ""
        times = " ".join(
            f'{key}="{format_timecode(ms)}"'
            for key, ms in (("begin", cue.span.start_ms), ("end", cue.span.end_ms))
        )
        lines = "<br/>".join(self._line(line) for line in cue.pieces if _has_text(line))
        return f'<p xml:id="c{number}" {times} region="at{keypad}"{style}>{lines}</p>'

    def _line(self, pieces: Sequence[Piece]) -> str:
        return "".join(self._span(n, piece) for n, piece in enumerate(pieces) if piece.text)

    def _span(self, number: int, piece: Piece) -> str:
        styles = ["text"]
        if self._ebu and (colour := self._colour_of(piece.speaker)) != _WHITE:
            styles.append(self._look(colour))
        if look := styling.without_classes(piece.style):
            styles.append(self._look(look))
        agent = (
            f' ttm:agent="person{self.people.index(piece.speaker) + 1}"'
            if piece.speaker and not self._ebu
            else ""
        )
        before = " " if number and piece.text.startswith(" ") else ""
        return f'<span style="{" ".join(styles)}"{agent}>{before}{xml_text(piece.text)}</span>'

    def _colour_of(self, speaker: str) -> str:
        ranks = dict(zip(self.people, _SPEAKER_COLOURS, strict=False))
        return ranks.get(speaker, _WHITE)

    def _look(self, look: str) -> str:
        """The id of the style that gives a look: a style of tokens, a colour, or "text-align:start"."""
        return self._looks.setdefault(look, f"look{len(self._looks) + 1}")


def _style(id: str, look: str) -> str:
    if look.startswith("text-align:"):
        return f'<style xml:id="{id}" tts:textAlign="{look.partition(":")[2]}"/>'
    parts = styling.parsed(look)
    said = {
        "b": 'tts:fontWeight="bold"', "i": 'tts:fontStyle="italic"', "u": 'tts:textDecoration="underline"',
    }  # fmt: skip
    held = [said[letter] for letter in parts.letters] + (
        [f'tts:color="{parts.colour}"'] if parts.colour else []
    )
    return f'<style xml:id="{id}" {" ".join(held)}/>'


def _has_text(line: Sequence[Piece]) -> bool:
    return any(clean(piece.text) for piece in line)
