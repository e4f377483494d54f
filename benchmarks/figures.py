"""Write the README's figures: what the benchmarks recorded, in the sentences of figures.toml.

usage: python -m benchmarks.figures [--check]

Everything between `<!-- figures -->` and `<!-- /figures -->` in README.md is written anew from benchmarks/results/*.json;
nobody types a figure. A benchmark that has recorded nothing is shown as "not measured here yet". Beneath each table stands
when and on what it was measured; a row that was measured on another day or machine bears its date.
"""

from __future__ import annotations

import argparse
import json
import string
import sys
import textwrap
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
RESULTS = Path(__file__).with_name("results")
TEMPLATES = Path(__file__).with_suffix(".toml")
BEGIN, END = "<!-- figures -->", "<!-- /figures -->"
MISSING, ABSENT, UNKNOWN = "not measured here yet", "-", "…"
WIDTH = 128


@dataclass(frozen=True)
class Number:
    """One figure in a sentence; exactly none and exactly all are written without decimals that would look measured."""

    value: float

    def __format__(self, spec: str) -> str:
        return f"{self.value:.0f}" if self.value in (0, 100) else format(self.value, spec)


@dataclass(frozen=True)
class Range:
    """The least and the most of a figure: "3 to 5", and "3" where they read alike."""

    least: Number
    most: Number

    def __format__(self, spec: str) -> str:
        ends = format(self.least, spec), format(self.most, spec)
        return " to ".join(dict.fromkeys(ends))


class Unknown:
    """Stands for a figure that nobody measured: dots in a label, a dash for the whole of any other cell."""

    def __format__(self, spec: str) -> str:
        return UNKNOWN


class Filling(string.Formatter):
    """Fills a template from one result's figures, and says whether it had them all."""

    def __init__(self, figures: Mapping[str, float], command: str = "") -> None:
        self.figures, self.command, self.whole = figures, command, True

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        name = str(key)
        if name == "command":
            return self.command
        if name in self.figures:
            return Number(self.figures[name])
        ends = [self.figures.get(f"{name}_{end}") for end in ("least", "most")]
        if None not in ends:
            return Range(*(Number(end) for end in ends if end is not None))
        self.whole = False
        return Unknown()


def filled(template: str, figures: Mapping[str, float], command: str = "") -> tuple[str, bool]:
    """The template with its figures in place, and whether none was missing."""
    filling = Filling(figures, command)
    text = filling.format(template)
    return text, filling.whole


@dataclass(frozen=True)
class Result:
    """What one benchmark recorded; all empty where it recorded nothing."""

    figures: Mapping[str, float]
    command: str = ""
    date: str = ""
    commit: str = ""
    machine: str = ""
    note: str = ""

    @property
    def origin(self) -> tuple[str, str, str]:
        """Results of one origin need not say theirs one by one."""
        return self.date, self.machine, self.note


def load(folder: Path) -> dict[str, Result]:
    """Every result of the folder by its name."""
    found = {}
    for path in sorted(folder.glob("*.json")):
        kept = json.loads(path.read_text("utf-8"))
        found[path.stem] = Result(
            kept["figures"], kept["command"], kept["date"], kept["commit"], described(kept["machine"]), kept["note"]
        )  # fmt: skip
    return found


def described(machine: Mapping[str, Any]) -> str:
    """A machine in words; what is not known of it is left out."""
    parts = [
        f"{machine['cores']} cores" + (f" ({machine['cpu']})" if machine.get("cpu") else ""),
        f"{machine['memory_gb']} GB of memory" if machine.get("memory_gb") else "",
        f"Python {machine['python']}" if machine.get("python") else "",
    ]
    return ", ".join(part for part in parts if part)


class Section:
    """One table of the README with what stands before, beneath and where it comes from."""

    def __init__(self, template: Mapping[str, Any], results: Mapping[str, Result]) -> None:
        self.template, self.results = template, results
        self.rows, self.texts = template.get("row", []), template.get("text", [])
        used = [results[item["result"]] for item in (*self.rows, *self.texts) if item["result"] in results]
        self.used = list({id(result): result for result in used}.values())
        self.common = Counter(result.origin for result in used).most_common(1)[0][0] if used else None

    def result(self, item: Mapping[str, Any]) -> Result:
        return self.results.get(item["result"], Result({}, item.get("command", "")))

    def paragraphs(self) -> Iterator[str]:
        """What stands before, the table, what stands beneath, and where all that was measured."""
        if before := self.template.get("before"):
            result = self.result(self.template)
            yield wrapped(filled(before, result.figures, result.command)[0])
        yield "\n".join(self.lines())
        if said := " ".join(self.sentence(text) for text in self.texts):
            yield wrapped(said)
        if origins := " ".join(self.origins()):
            yield wrapped(origins)

    def lines(self) -> Iterator[str]:
        columns = self.template["columns"]
        yield line(columns)
        yield "|" + "---|" * len(columns)
        shown = ""
        for row in self.rows:
            cells = self.cells(row)
            if columns[-1] == "command":
                command = self.result(row).command
                cells.append('"' if command == shown else f"`{command}`")
                shown = command
            yield line(cells)

    def cells(self, row: Mapping[str, Any]) -> list[str]:
        """A label and its figures; a figure that the result lacks is a dash."""
        label, *others = row["cells"]
        result = self.result(row)
        cells = [filled(label, result.figures)[0]]
        if row["result"] not in self.results:
            return [*cells, MISSING, *(ABSENT for _ in others[1:])]
        texts = [filled(other, result.figures) for other in others]
        cells += [text if whole else ABSENT for text, whole in texts]
        cells[-1] += self.mark(result)
        return cells

    def sentence(self, text: Mapping[str, Any]) -> str:
        result = self.result(text)
        if text["result"] not in self.results:
            return f"`{result.command}`: {MISSING}."
        return filled(text["words"], result.figures, result.command)[0] + self.mark(result)

    def mark(self, result: Result) -> str:
        """The date of a result that was not measured with most of the others."""
        return "" if result.origin == self.common else f" ({result.date})"

    def origins(self) -> Iterator[str]:
        """When, at which commits and on what most was measured; then the same for whatever bears a date."""
        ours = [result for result in self.used if result.origin == self.common]
        if self.common:
            date, machine, note = self.common
            commits = joined(sorted({result.commit for result in ours}))
            yield f"Measured on {date} at {commits}, on {machine}" + (f"; {note}." if note else ".")
        others: dict[tuple[str, str], dict[str, set[str]]] = {}
        for result in self.used:
            if result.origin != self.common:
                days = others.setdefault((result.machine, result.note), {})
                days.setdefault(result.date, set()).add(result.commit)
        for (machine, note), days in others.items():
            dated = "; ".join(f"{day} at {joined(sorted(commits))}" for day, commits in sorted(days.items()))
            yield f"What bears a date, {dated}: on {machine}" + (f"; {note}." if note else ".")


def joined(words: Sequence[str]) -> str:
    """Words as a list in a sentence."""
    return " and ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def wrapped(text: str) -> str:
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def block(templates: Path = TEMPLATES, results: Path = RESULTS) -> str:
    """Everything between the two marks."""
    found = load(results)
    sections = tomllib.loads(templates.read_text("utf-8"))["section"]
    return "\n\n".join(
        paragraph for section in sections for paragraph in Section(section, found).paragraphs()
    )


def renewed(readme: str, figures: str) -> str:
    """The README with these figures between its marks. Raises ValueError where it has no marks."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the README has no {BEGIN} … {END} for the figures")
    return f"{before}{begin}\n{figures}\n{end}{after}"


def main(readme: Path = README, results: Path = RESULTS) -> int:
    """Write the figures, or with --check say whether they stand there as they were measured; gives the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where the README differs")
    checking = parser.parse_args().check
    old = readme.read_text("utf-8")
    new = renewed(old, block(results=results))
    if old == new:
        print("the README says what was measured")
        return 0
    if checking:
        print("the README's figures are not those of benchmarks/results: run `python -m benchmarks.figures`")
        return 1
    readme.write_text(new, encoding="utf-8")
    print("the README's figures are written anew")
    return 0


if __name__ == "__main__":
    sys.exit(main())
