"""Quotes in a REFI-QDA project: a code for each collection, the quotes coded by it, and their memos as notes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from xml.etree import ElementTree

from pipeline.search.quotes import Quote
from pipeline.search.refi_colours import BESIDE
from pipeline.search.refi_names import Names
from pipeline.search.refi_text import PlainTranscript, guid_of

# Of the code above those of the collections, and of quotes that are in none.
_ABOVE, _NO_COLLECTION = "Quotes", "Quotes in no collection"
Add = Callable[..., ElementTree.Element]
"""Adds an element of the standard's namespace under another, with these attributes."""


@dataclass
class QuoteWriter:
    """Writes the quotes of an export; `add` makes elements, `made` are the attributes of who made one and when."""

    quotes: Sequence[Quote]
    add: Add
    date: str
    memos: list[tuple[str, Quote]] = field(default_factory=list)

    def people(self) -> list[str]:
        """Who kept quotes, by name."""
        return sorted({quote.who for quote in self.quotes})

    def of(self, video: str) -> list[Quote]:
        """The quotes of a recording."""
        return [quote for quote in self.quotes if quote.video == video]

    def codes(self, parent: ElementTree.Element, names: Names) -> None:
        """A code for each collection, under one for all of them; none where there is no quote."""
        if not self.quotes:
            return
        name = names.unique(_ABOVE, "Vignette")
        above = self.add(parent, "Code", guid=guid_of("quotes"), name=name, isCodable="false", color=BESIDE)
        for collection in sorted({quote.collection for quote in self.quotes}):
            name = names.unique(collection or _NO_COLLECTION, "quotes")
            self.add(above, "Code", guid=code_of(collection), name=name, isCodable="true", color=BESIDE)

    def selections(
        self, parent: ElementTree.Element, text: PlainTranscript
    ) -> Iterable[tuple[str, ElementTree.Element, str]]:
        """Each quote of a transcript as a selection of it: its code, its element and its GUID; a memo is noted for `notes`."""
        for number, (quote, first, last) in enumerate(text.quotes):
            guid = guid_of("quote", text.name, str(number), quote.who, quote.collection)
            between = {"fromSyncPoint": text.guid_at(first), "toSyncPoint": text.guid_at(last)}
            chosen = text.content[first:last]
            selection = self.add(
                parent, "TranscriptSelection", guid=guid, name=chosen, **between, **self.made_by(quote.who)
            )
            yield code_of(quote.collection), selection, guid  # its coding stands before its note
            if quote.memo:
                self.memos.append((guid, quote))
                self.add(selection, "NoteRef", targetGUID=guid_of("memo", guid))

    def notes(self, root: ElementTree.Element) -> None:
        """The memos as notes; written after all selections."""
        if not self.memos:
            return
        notes = self.add(root, "Notes")
        for number, (guid, quote) in enumerate(self.memos, 1):
            name = f"Memo {number} by {quote.who}"
            note = self.add(notes, "Note", guid=guid_of("memo", guid), name=name, **self.made_by(quote.who))
            self.add(note, "PlainTextContent").text = quote.memo

    def made_by(self, who: str) -> dict[str, str]:
        """The attributes of what somebody made."""
        return {"creatingUser": guid_of("user", who), "creationDateTime": self.date}


def code_of(collection: str) -> str:
    """The GUID of a collection's code."""
    return guid_of("collection", collection)
