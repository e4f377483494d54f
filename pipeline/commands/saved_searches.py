"""Saved queries: searches by name, one JSON object a line, beside the recordings; of one name the last holds."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from pipeline.errors import OutputError, UsageError, nearest
from pipeline.files import read_regular, write_atomic
from pipeline.search.query import parser
from pipeline.words import name_key

FILE_NAME = "searches.jsonl"
MAX_NAME_CHARS = 200


@dataclass(frozen=True, slots=True)
class Saved:
    """A query by the name that `who` gave it."""

    name: str
    query: str
    who: str

    def __str__(self) -> str:
        return f"{self.name}: {self.query}  ({self.who})"


def searches(media: Path) -> list[Saved]:
    """The saved queries of a project, by name. Raises UsageError for a file that holds something else."""
    path = media / FILE_NAME
    try:
        lines = read_regular(path).decode("utf-8").splitlines()
        found = [
            Saved(*(str(json.loads(line)[key]) for key in ("name", "query", "who")))
            for line in lines
            if line.strip()
        ]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError):
        remedy = "mend it, or move it away: it holds saved searches alone"
        raise UsageError(f"{path} is damaged or cannot be read", remedy) from None
    by_name = {name_key(saved.name): saved for saved in found}
    return sorted(by_name.values(), key=lambda saved: name_key(saved.name))


def save(name: str, query: str, who: str, media: Path) -> Saved:
    """Keep a query under a name, instead of the one that had it. Raises QueryError, UsageError, OutputError."""
    plain = " ".join(name.split())
    if not plain or not plain.isprintable() or len(plain) > MAX_NAME_CHARS:
        raise UsageError("--save needs a name", f"one line of at most {MAX_NAME_CHARS} characters")
    parser.parse(query)
    saved = Saved(plain, query, who)
    others = [s for s in searches(media) if name_key(s.name) != name_key(plain)]
    if not media.is_dir():
        raise OutputError(media, "is no folder", "name the folder of recordings with --media")
    lines = (
        json.dumps(asdict(s), ensure_ascii=False)
        for s in sorted((*others, saved), key=lambda s: name_key(s.name))
    )
    write_atomic(media / FILE_NAME, "\n".join(lines) + "\n", "name another folder with --media")
    return saved


def saved_query(name: str, media: Path) -> str:
    """The query of that name. Raises UsageError, with the nearest name, where there is none."""
    found = {name_key(s.name): s for s in searches(media)}
    if (saved := found.get(name_key(name))) is not None:
        return saved.query
    names = [s.name for s in found.values()]
    near = nearest(name, names) or names[:8]
    remedy = f"there are {', '.join(near)}" if near else "there are none; --save NAME keeps one"
    raise UsageError(f"there is no saved search '{name}'", remedy)
