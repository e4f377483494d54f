"""The HTML report: well formed for any text, and nothing in it that the captions brought as markup."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.audit import Finding, Report, Severity
from pipeline.audit.html import MAX_ROWS, as_html
from pipeline.audit.model import Rates

TAGS = {
    "html", "head", "title", "style", "body", "main", "h1", "h2", "p", "section", "ol", "ul", "li", "table", "caption",
    "thead", "tbody", "tr", "th", "td", "code", "details", "summary", "div", "figure",
}  # fmt: skip
PNG = b"\x89PNG\r\n\x1a\n"
texts = st.one_of(
    st.sampled_from(["<script>alert(1)</script>", "</td></table>", '"><img src=x>', "&lt;b&gt;", "a & b"]),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30),
)


class Page(HTMLParser):
    """Collects what the page holds, and fails where a tag is not closed in its turn."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.rows = 0
        self.images: list[str] = []
        self.text = ""
        self.feed(page)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.images.append(dict(attrs)["src"] or "")
        elif tag != "meta":
            self.tags.add(tag)
            self.open.append(tag)
        self.rows += tag == "tr"

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def finding(number: int = 1, text: str = "So I said", **more: object) -> Finding:
    return Finding(
        "max-chars-line", Severity.WARNING, "netflix", "It is too long.", "Netflix", "chars", 50, 42, number,
        start_ms=number * 1000, end_ms=number * 1000 + 900, text=text, **more,  # type: ignore[arg-type]
    )  # fmt: skip


def report(*findings: Finding, name: str = "talk.srt", profiles: tuple[str, ...] = ("netflix",)) -> Report:
    return Report(name, profiles, findings, Rates(len(findings), 60_000, 10.0, 12.0, 150.0, 180.0))


@given(texts, texts, texts)
@example("<b>", "<i>", "</details>")
def test_text_from_outside_is_shown_and_never_becomes_markup(name: str, said: str, reason: str) -> None:
    waived = finding(2, said, waived_by="Ruth", reason=reason)
    page = Page(as_html([report(finding(1, said), waived, name=name)]))
    assert page.tags <= TAGS
    assert not page.images
    shown = "".join(page.text.split())
    for text in (name, said, reason):
        assert "".join(text.split()) in shown


@pytest.mark.parametrize(
    ("count", "left_out"), [(MAX_ROWS, ""), (MAX_ROWS + 3, "3 more are in the JSON report.")]
)
def test_rows_of_one_rule_end_somewhere_and_the_rest_is_counted(count: int, left_out: str) -> None:
    none = Page(as_html([report()]))
    page = Page(as_html([report(*map(finding, range(1, count + 1)))]))
    heading = 1
    assert page.rows - none.rows == MAX_ROWS + heading
    assert ("more are in the JSON report" in page.text) == bool(left_out)
    assert left_out in page.text


def test_profiles_are_compared_where_there_are_several() -> None:
    one, two = report(finding()), report(finding(), profiles=("netflix", "wcag-fcc"))
    assert "Findings by rule and profile" not in as_html([one])
    assert "<td>1</td><td>not asked</td>" in as_html([two])


@pytest.mark.parametrize(
    ("picture", "kind"), [(PNG, "png"), (b"  <svg/>", "svg+xml"), (b"\xff\xd8\xff", "jpeg")]
)
def test_pictures_are_embedded_beside_their_finding(picture: bytes, kind: str) -> None:
    found = Page(
        as_html([report(finding(1), finding(2))], {("talk.srt", 2000): picture, ("other", 1000): picture})
    )
    assert len(found.images) == 1
    assert found.images[0].startswith(f"data:image/{kind};base64,")
