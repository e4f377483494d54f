"""Rendering of answers as text, Markdown and CSV; as JSON they render themselves.

Everything shown comes from documents nobody vouches for: control characters are gone since indexing,
Markdown's own marks are escaped, and a CSV cell that a spreadsheet would run as a formula is made text.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from pipeline.errors import counted
from pipeline.search.answers.concordance import Concordance
from pipeline.search.answers.counts import Cooccurrence
from pipeline.search.answers.results import Count, Evidence, Hit, Line, Moment, Results
from pipeline.timing import clock, format_timecode

# The values of --format.
FORMATS = ("text", "json", "csv", "md")
_ORDERS = {
    "relevance": "best first",
    "confidence": "surest first",
    "closeness": "closest first",
    "likeness": "most alike first",
    "time": "in order of video and time",
}
# What is said of a hit that does not fulfil all of the query.
_FOUND_BY = {
    "query": "",
    "some words": "",
    "concept": " (found by concept)",
    "meaning": " (found by meaning)",
}
# Characters of a line before or after a hit.
_CONTEXT_CHARS = 100
# What spreadsheets read as the start of a formula, full-width forms too (OWASP, CSV Injection).
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠\t\r]")
# Characters that have a meaning in Markdown or in formulas inside of it.
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~$!&()])")


def results_text(results: Results) -> str:
    """Hits for a terminal: the found utterance behind ">", its marked words between stars."""
    lines = [_headline(results), *(f"note: {n}" for n in results.notes)]
    for number, hit in enumerate(results.hits, 1):
        lines += ["", *_hit_lines(number, hit)]
    return "\n".join(lines)


def _headline(results: Results) -> str:
    if not results.total:
        return f"nothing found for {results.query}"
    shown = f", the first {len(results.hits)}" if len(results.hits) < results.total else ""
    return f"{results.total:,} {'hit' if results.total == 1 else 'hits'} for {results.query}: {_ORDERS[results.order]}{shown}"


def _hit_lines(number: int, hit: Hit) -> Iterable[str]:
    first = hit.moments[0]
    yield f"{number}. {first.source}{_FOUND_BY[hit.by]}"
    if hit.before:
        yield f"     {_context_line(hit.before, -_CONTEXT_CHARS)}"
    for moment in hit.moments:
        if moment is not first:
            yield f"     {moment.source}"
        yield f"   > {_name(moment.speaker)}{marked(moment.text, moment.marks, '*', '*')}"
        if moment.evidence:
            yield f"     [{'; '.join(map(_evidence, moment.evidence))}]"
        yield from (f"     [{note}]" for note in moment.quotes)
    if hit.after:
        yield f"     {_context_line(hit.after, _CONTEXT_CHARS)}"
    if first.link:
        yield f"     {first.link}"


def _name(speaker: str) -> str:
    return f"{speaker}: " if speaker else ""


def _context_line(line: Line, chars: int) -> str:
    """A line of context; a negative number of characters keeps its end, which is what stands beside the hit."""
    text = line.text
    if len(text) > abs(chars):
        text = "… " + text[chars:].partition(" ")[2] if chars < 0 else text[:chars].rpartition(" ")[0] + " …"
    return _name(line.speaker) + text


def _evidence(evidence: Evidence) -> str:
    sure = [f"{evidence.confidence:.2f}"] if evidence.confidence < 1 else []
    manner = f" ({', '.join((*sure, *sorted(evidence.manner)))})" if sure or evidence.manner else ""
    return f'{evidence.concept}{manner}: "{evidence.words}"'


def marked(text: str, marks: Iterable[tuple[int, int]], opening: str, closing: str) -> str:
    """The text with its marked spans between two strings."""
    pieces, at = [], 0
    for first, last in marks:
        pieces += [text[at:first], opening, text[first:last], closing]
        at = last
    return "".join([*pieces, text[at:]])


def results_md(results: Results) -> str:
    """Hits as a sheet of quotations, each with its citation and link."""
    lines = [f"# {_escaped(_headline(results))}", *(f"*{_escaped(n)}*" for n in results.notes)]
    for hit in results.hits:
        for moment in hit.moments:
            text = _marked_md(moment)
            lines += ["", f"> {'**' + _escaped(moment.speaker) + ':** ' if moment.speaker else ''}{text}"]
            proofs = [f"{_escaped(_evidence(e))}" for e in moment.evidence]
            lines += [">", f"> {'; '.join(proofs)}"] if proofs else []
            lines += [line for note in moment.quotes for line in (">", f"> *{_escaped(note)}*")]
            source = _escaped(moment.source + _FOUND_BY[hit.by])
            lines += ["", f"[{source}]({_enclosed(moment.link)})" if moment.link else source]
        lines += ["", "---"]
    return "\n".join(lines)


def _enclosed(link: str) -> str:
    """A link in which no bracket ends it."""
    return link.replace("(", "%28").replace(")", "%29")


def _marked_md(moment: Moment) -> str:
    pieces, at = [], 0
    for first, last in moment.marks:
        pieces += [_escaped(moment.text[at:first]), f"<mark>{_escaped(moment.text[first:last])}</mark>"]
        at = last
    return "".join([*pieces, _escaped(moment.text[at:])])


def _escaped(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", text)


RESULT_COLUMNS = (
    "hit", "step", "video", "title", "vignette", "vignette_title", "start", "end", "start_ms", "end_ms", "speaker",
    "role", "text", "concepts", "before", "after", "citation", "link", "grade", "draft", "found_by",
    "kept",
)  # fmt: skip


def results_csv(results: Results) -> str:
    """One row for each utterance of each hit."""
    return table_csv(RESULT_COLUMNS, (row for n, hit in enumerate(results.hits, 1) for row in _rows(n, hit)))


def _rows(number: int, hit: Hit) -> Iterable[Sequence[object]]:
    for step, m in enumerate(hit.moments, 1):
        before = hit.before if step == 1 else None
        after = hit.after if step == len(hit.moments) else None
        yield (
            number, step, m.video, m.title, m.vignette, m.vignette_title, format_timecode(m.start_ms),
            format_timecode(m.end_ms), m.start_ms, m.end_ms, m.speaker, m.role, m.text, "; ".join(map(_evidence, m.evidence)),
            _name(before.speaker) + before.text if before else "", _name(after.speaker) + after.text if after else "",
            m.citation, m.link, m.grade, "yes" if m.draft else "no", hit.by, "; ".join(m.quotes),
        )  # fmt: skip


def table_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """RFC 4180 with a line of names; no cell is a formula to a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([harmless(c) for c in columns])
    writer.writerows([harmless(v) for v in row] for row in rows)
    return text.getvalue().rstrip("\r\n")


def harmless(value: object) -> object:
    """A cell's value; text that a spreadsheet would take for a formula gets an apostrophe in front."""
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


def concordance_text(found: Concordance) -> str:
    """The keyword in one column, its context left and right."""
    left = max((len(line.left) for line in found.lines), default=0)
    keywords = [f"{line.left:>{left}}[{line.keyword}]{line.right}" for line in found.lines]
    width = max(map(len, keywords), default=0)
    shown = f", the first {len(found.lines)}" if len(found.lines) < found.total else ""
    order = "" if found.sort == "place" else f", sorted {found.sort}"
    count = f"{'the first ' if found.cut else ''}{found.total:,} {'place' if found.total == 1 else 'places'}"
    lines = [f"{count} for {found.word}{order}{shown}"]
    for line, keyword in zip(found.lines, keywords, strict=True):
        source = f"{line.video} {clock(line.start_ms)} {line.speaker}".rstrip()
        lines.append(f"{keyword:<{width}}  {source}{' (draft)' if line.draft else ''}")
    return "\n".join(lines)


def concordance_md(found: Concordance) -> str:
    """A table of three columns and the source."""
    rows = [
        [
            line.left.strip(),
            f"**{_escaped(line.keyword)}**",
            line.right.strip(),
            line.video,
            clock(line.start_ms),
            f"{line.speaker} (draft)".strip() if line.draft else line.speaker,
        ]
        for line in found.lines
    ]
    escaped = [[c if i == 1 else _escaped(c) for i, c in enumerate(row)] for row in rows]
    return table_md(("left", "word", "right", "video", "time", "speaker"), escaped, "rcl")


def concordance_csv(found: Concordance) -> str:
    """One row for each place."""
    columns = ("video", "time", "start_ms", "utterance", "speaker", "left", "keyword", "right", "draft")
    rows = (
        (
            x.video, format_timecode(x.start_ms), x.start_ms, x.utterance, x.speaker, x.left.strip(), x.keyword,
            x.right.strip(), "yes" if x.draft else "no",
        )
        for x in found.lines
    )  # fmt: skip
    return table_csv(columns, rows)


def table_md(columns: Sequence[str], rows: Iterable[Sequence[str]], align: str = "") -> str:
    """A Markdown table; `align` has l, c or r for the first columns, the others stand left."""
    rules = {"l": ":--", "c": ":-:", "r": "--:"}
    heads = [rules[align[i]] if i < len(align) else "---" for i in range(len(columns))]
    return "\n".join("| " + " | ".join(row) + " |" for row in (columns, heads, *rows))


def counts_text(by: str, counts: Sequence[Count], query: str) -> str:
    """A table of counts: hits, of how many utterances with this value, in per cent."""
    if not counts:
        return f"nothing found for {query}"
    width = max(len(c.value) for c in counts)
    lines = [f"{by:<{width}}  {'hits':>8}  {'of':>8}  {'share':>6}"]
    lines += [f"{c.value:<{width}}  {c.hits:>8,}  {c.of:>8,}  {_share(c):>6}" for c in counts]
    return "\n".join(lines)


def counts_md(by: str, counts: Sequence[Count]) -> str:
    """The counts as a Markdown table."""
    rows = [[_escaped(c.value), f"{c.hits}", f"{c.of}", _share(c)] for c in counts]
    return table_md((by, "hits", "of", "share"), rows, "lrrr")


def counts_csv(by: str, counts: Sequence[Count]) -> str:
    """One row for each value."""
    return table_csv((by, "hits", "of"), ((c.value, c.hits, c.of) for c in counts))


def left_out_text(hits: int) -> str:
    """What stands under a count: the hits in drafts, which it leaves out."""
    if not hits:
        return ""
    return (
        f"\n\nleft out: {counted(hits, 'hit')} in drafts, which nobody has verified (draft:yes counts those)"
    )


def _share(count: Count) -> str:
    return f"{100 * count.hits / count.of:.1f}%" if count.of else ""


def cooccurrence_text(found: Cooccurrence) -> str:
    """The table: of the row's utterances, how many have the column's concept near; columns are numbered like
    rows.
    """
    names = list(found.total)
    if not names:
        return "there are no concepts in this index"
    width = max(len(n) for n in names) + 4
    cell = max(4, *(len(f"{v:,}") for row in found.near.values() for v in row.values()))
    where = f"within {found.within_ms / 1000:g} s" if found.within_ms else "in the same utterance"
    lines = [f"of the row's utterances, how many have the column's concept {where}; all: how many there are"]
    numbers = " ".join(f"{n:>{cell}}" for n in range(1, len(names) + 1))
    lines.append(f"{'':<{width}} {'all':>{cell}} {numbers}")
    for number, a in enumerate(names, 1):
        cells = " ".join(f"{'·' if a == b else format(found.near[a][b] or '', '')!s:>{cell}}" for b in names)
        lines.append(f"{f'{number:>2}  {a}':<{width}} {found.total[a]:>{cell},} {cells}".rstrip())
    return "\n".join(lines)


def cooccurrence_md(found: Cooccurrence) -> str:
    """The table in Markdown."""
    names = list(found.total)
    rows = [[_escaped(a), f"{found.total[a]}", *(f"{found.near[a][b]}" for b in names)] for a in names]
    return table_md(("", "all", *map(_escaped, names)), rows, "l" + "r" * (len(names) + 1))


def cooccurrence_csv(found: Cooccurrence) -> str:
    """The table, one row for each concept."""
    names = list(found.total)
    return table_csv(
        ("concept", "all", *names), ((a, found.total[a], *(found.near[a][b] for b in names)) for a in names)
    )
