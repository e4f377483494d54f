"""The search commands without a terminal: each returns its text (or JSON) and its exit status.

The status is 0 when all was done and 1 when something failed or was skipped and the rest was done; what makes no sense is
raised as UsageError, whose status is 2.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from pipeline.commands import quotes
from pipeline.errors import UsageError, counted
from pipeline.files import MEDIA_FOLDER
from pipeline.run import derived
from pipeline.run.store import Store
from pipeline.run.track import listened_to
from pipeline.search import refi_qda
from pipeline.search.answers import clips, links, render
from pipeline.search.engine import Index
from pipeline.search.index import build
from pipeline.search.index.write import Built, Progress
from pipeline.search.meaning import encoder as encoders
from pipeline.search.meaning import vectors
from pipeline.search.query import lexer, parser
from pipeline.search.query.parser import LIMIT

Answer = tuple[str, int]
"""What a command prints, and its exit status."""
_WRITERS = {"text": render.results_text, "csv": render.results_csv, "md": render.results_md}


@dataclass(frozen=True, slots=True)
class Keeping:
    """That hits are kept as quotes: by whom, which (all of those shown where none is named), with which memo, where."""

    who: str
    hits: tuple[int, ...] = ()
    memo: str = ""
    collection: str = ""


def index(
    folder: Path, rebuild: bool = False, as_json: bool = False, progress: Progress | None = None
) -> Answer:
    """Update the search index of a folder, and read new transcripts for meaning where the sentence encoder was fetched.

    The status is 1 when documents were skipped. Raises IndexFileError, WeightsError.
    """
    built = build.update(folder, rebuild=rebuild, progress=progress)
    read = _read_for_meaning(built.index, progress)
    status = 1 if built.skipped else 0
    if as_json:
        return _json(built.as_json() | ({} if read is None else {"read_for_meaning": read})), status
    return _summary(built) + (f"\n{counted(read, 'transcript')} read for meaning" if read else ""), status


def _read_for_meaning(index: Path, progress: Progress | None) -> int | None:
    """Encode the transcripts that are new; how many, None without the sentence encoder."""
    encoder = encoders.installed()
    if encoder is None:
        return None
    with Index(index) as opened:
        return vectors.Store.beside(index, encoder).update(opened.connection, progress)


def _summary(built: Built) -> str:
    """What an update of the index changed and skipped, in lines."""
    lists = (("added", built.added), ("changed", built.changed), ("removed", built.removed))
    parts = [f"{len(names)} {what}" for what, names in lists if names]
    parts += [f"{built.unchanged} unchanged"] if built.unchanged else []
    lines = [
        f"{built.index}: {counted(built.utterances, 'utterance')}; {', '.join(parts) or 'no transcripts'}"
    ]
    lines += [f"skipped: {error}" for error in built.skipped]
    if built.skipped:
        lines.append(f"{len(built.skipped)} skipped; everything else can be searched")
    return "\n".join(lines)


def search(
    query: str,
    folder: Path,
    format: str = "text",
    limit: int = LIMIT,
    count_by: str | None = None,
    clips_folder: Path | None = None,
    media: Path = MEDIA_FOLDER,
    loosely: bool = True,
    keeping: Keeping | None = None,
    linked: bool = True,
    derived_too: bool = True,
) -> Answer:
    """Search a folder's index: the hits as text, json, csv or md, or with `count_by` their distribution.

    Where nothing fulfils a query of several words, the best of any of them are shown, unless `loosely` is False. At most
    `limit` hits are shown. With `clips_folder` each is cut from the recordings in `media`; the status is 1 when one
    could not be cut. With `keeping` hits are written into the journals of their recordings, as quotes. Without `linked` hits
    bear no path of this machine; without `derived_too` clips are not noted for `forget`, as whoever asked removes them at once.

    Raises QueryError, UsageError, IndexFileError, OutputError, JournalError.
    """
    _check_options(format, limit)
    parser.parse(query)  # what is wrong with it is said even where there is no index yet
    if count_by is not None:
        return counts(query, folder, count_by, format, media), 0
    with _opened(folder, media) as opened:
        results = opened.search(query, limit, loosely)
        if late := build.outdated(opened.connection, folder):
            what = "a transcript has" if late == 1 else f"{late} transcripts have"
            results = replace(results, notes=(*results.notes, f"{what} changed since; run: vignette index"))
    if linked:
        results = links.linked(results, folder, media)
    remark = ""
    if keeping is not None:
        number = quotes.keep(results, keeping.hits, keeping.who, keeping.memo, keeping.collection, media)
        remark = f"{counted(number, 'quote')} kept by {keeping.who}; 'vignette quotes' lists them"
    cut = (
        clips.cut(results.hits, media, clips_folder, partial(listened_to, out=folder))
        if clips_folder is not None
        else ()
    )
    for clip in cut:
        if derived_too and not clip.problem:
            _remember(folder / f"{clip.video}.json", Path(clip.path))
    status = 1 if any(c.problem for c in cut) else 0
    if format == "json":
        more: dict[str, Any] = {"clips": [c.as_json() for c in cut]} if clips_folder is not None else {}
        more |= {"kept": number} if keeping is not None else {}
        return _json({**results.as_json(), **more}), status
    text = _WRITERS[format](results)
    if remark:
        text += f"\n\n{remark}" if format != "csv" else ""
    if format != "csv" and cut:
        text += "\n\n" + "\n".join(map(str, cut))
    return text, status


def _opened(folder: Path, media: Path) -> Index:
    """The index of a folder, with the quotes that the journals beside the recordings hold."""
    return Index.of(folder).with_quotes(quotes.quotes_in(media))


def kept(
    folder: Path, collection: str | None = None, format: str = "text", media: Path = MEDIA_FOLDER
) -> Answer:
    """The quotes that people kept, each with its citation. Raises QueryError, IndexFileError, JournalError."""
    _check_options(format, 1)
    with _opened(folder, media) as opened:
        results = links.linked(opened.quotes(collection), folder, media)
    if format == "json":
        return _json(results.as_json()), 0
    return _WRITERS[format](results), 0


def counts(query: str, folder: Path, by: str, format: str = "text", media: Path = MEDIA_FOLDER) -> str:
    """Distribution of a query's hits by concept, speaker, vignette or video. Raises QueryError, UsageError, IndexFileError."""
    with _opened(folder, media) as opened:
        found, left_out = opened.count(query, by), opened.hits_in_drafts(query)
    if format == "json":
        values = [{"value": c.value, "hits": c.hits, "of": c.of} for c in found]
        return _json({"query": query, "by": by, "counts": values, "left_out_in_drafts": left_out})
    if format == "csv":
        return render.counts_csv(by, found)
    text = render.counts_md(by, found) if format == "md" else render.counts_text(by, found, query)
    return text + render.left_out_text(left_out)


def concordance(
    query: str, folder: Path, sort: str = "place", context: int = 8, format: str = "text", limit: int = 100
) -> Answer:
    """Concordance (keyword in context): every occurrence of a word or phrase with `context` words on either side.

    Raises QueryError, UsageError, IndexFileError.
    """
    _check_options(format, limit)
    if context < 0:
        raise UsageError("--context cannot be negative", "name 0 or more words")
    parser.parse(query)
    with Index.of(folder) as opened:
        found = opened.concordance(query, sort, context, limit)
    writers: dict[str, Callable[[], str]] = {
        "text": lambda: render.concordance_text(found),
        "csv": lambda: render.concordance_csv(found),
        "md": lambda: render.concordance_md(found),
        "json": lambda: _json(found.as_json()),
    }
    return writers[format](), 0


def cooccur(folder: Path, within: str = "30s", query: str = "", format: str = "text") -> Answer:
    """Co-occurrence table: how often two concepts occur `within` a time of each other ("30s"; "0" for the same utterance).

    Raises QueryError, UsageError, IndexFileError.
    """
    _check_options(format, 1)
    within_ms = lexer.time_ms(within)
    if within_ms is None:
        raise UsageError(f"--within '{within}' is no time", "write 30s, 2min, or 0 for the same utterance")
    if query:
        parser.parse(query)
    with Index.of(folder) as opened:
        found, left_out = opened.cooccurrence(within_ms, query), opened.hits_in_drafts(query)
    writers: dict[str, Callable[[], str]] = {
        "text": lambda: render.cooccurrence_text(found) + render.left_out_text(left_out),
        "csv": lambda: render.cooccurrence_csv(found),
        "md": lambda: render.cooccurrence_md(found) + render.left_out_text(left_out),
        "json": lambda: _json({**found.as_json(), "left_out_in_drafts": left_out}),
    }
    return writers[format](), 0


def export_qda(
    target: Path, folder: Path, media: Path = MEDIA_FOLDER, with_media: bool = False, as_json: bool = False
) -> Answer:
    """Export a folder's transcripts as a REFI-QDA project; the status is 1 when documents were skipped. Raises OutputError."""
    made = refi_qda.export(folder, target, media, with_media, kept=quotes.quotes_in(media))
    for place in made.sources:
        _remember(folder / place, target)
    status = 1 if made.skipped else 0
    return (_json(made.as_json()) if as_json else str(made)), status


def _remember(document: Path, made: Path) -> None:
    """Note for `forget` what was made of a transcript, where it lies in the folder that a run left it in."""
    store = Store.of(document.parent, document.stem)
    if store.folder.is_dir():
        derived.remember(store, [made])


def _check_options(format: str, limit: int) -> None:
    """Raise UsageError for a format that there is not, or a limit below 1."""
    if format not in render.FORMATS:
        raise UsageError(f"--format knows {', '.join(render.FORMATS)}, not '{format}'", "choose one of these")
    if limit < 1:
        raise UsageError("--limit must be at least 1", "name 1 or more")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)
