"""The README's table of formats, written from the registry and from who is proven to read each: never typed.

python -m tests.support.formats_table     writes it
"""

from __future__ import annotations

from pipeline.formats.writers.exports import FORMATS
from tests.support.judges import JUDGES
from tests.support.project import ROOT

README = ROOT / "README.md"
BEGIN, END = "<!-- formats -->\n", "<!-- /formats -->"
NOBODY = "a person; its published rules are held by tests"


def table() -> str:
    """The table, a row for each format."""
    rows = ["| `--to` | what it is | does not hold | read in the tests by |", "|---|---|---|---|"]
    for name, f in FORMATS.items():
        lost = "; ".join(filter(None, (", ".join(f.left_out), f.loses)))
        rows.append(f"| `{name}` | {f.what} | {lost} | {', '.join(JUDGES[name]) or NOBODY} |")
    return "\n".join(rows) + "\n"


def renewed(readme: str) -> str:
    """The README with the table as it is now. Raises ValueError where it has no place for one."""
    first, last = readme.index(BEGIN) + len(BEGIN), readme.index(END)
    return readme[:first] + table() + readme[last:]


if __name__ == "__main__":
    README.write_text(renewed(README.read_text("utf-8")), "utf-8")
