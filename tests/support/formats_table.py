"""The README's table of formats, written from the registry and from who is proven to read each: never typed.

python -m tests.support.formats_table     writes it
"""

from __future__ import annotations

from pipeline.formats.taken import TAKEN
from pipeline.formats.writers.exports import FORMATS, Aspect
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
    rows += ["", "What is read, beside a recording by its name or named on the command line:", ""]
    rows += ["| read | as | comes along | does not |", "|---|---|---|---|"]
    for t in TAKEN:
        ends = ", ".join(f"`{end}`" for end in t.ends)
        rows.append(
            f"| {t.what}: {ends} | {t.role} | {', '.join(a for a in Aspect if a in t.keeps)} | {t.loses} |"
        )
    return "\n".join(rows) + "\n"


def renewed(readme: str) -> str:
    """The README with the table as it is now. Raises ValueError where it has no place for one."""
    first, last = readme.index(BEGIN) + len(BEGIN), readme.index(END)
    return readme[:first] + table() + readme[last:]


if __name__ == "__main__":
    README.write_text(renewed(README.read_text("utf-8")), "utf-8")
