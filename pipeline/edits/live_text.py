"""The words of a recording while decisions are put over them, one after the other, and where each word went."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from pipeline.timing import Span, hull, shares
from pipeline.transcript import (
    Aligned,
    AlignmentReport,
    Kind,
    Passage,
    TextSource,
    TimeSource,
    Token,
)
from pipeline.transcript.reindex import TokenMap

# A word that a person adds between two others takes this long where there is room, and borrows it where there is none.
ADDED_WORD_MS = 120

_BRACKETED = re.compile(r"\[[^\[\]]*\](?=\s|$)|[♪♫♬][^♪♫♬]*[♪♫♬]+|\S+")


class Node:
    """One word. When it is taken out, `before` and `after` are the words that stood beside it then.

    `heads` and `tails` are words that people put in front of it or behind it and that belong to it, the first put the
    furthest away, each with the moment of that change.
    """

    __slots__ = ("after", "before", "heads", "removed", "tails", "token")

    def __init__(self, token: Token) -> None:
        self.token = token
        self.removed = False
        self.before: Node | None = None
        self.after: Node | None = None
        self.heads: list[tuple[int, Node]] = []
        self.tails: list[tuple[int, Node]] = []


def written(text: str) -> list[tuple[str, Kind]]:
    """The words of what a person wrote; what stands in square brackets or between notes is a sound, whole."""
    return [(m[0], _kind(m[0])) for m in _BRACKETED.finditer(" ".join(text.split()))]


def _kind(word: str) -> Kind:
    sound = (word[0] == "[" and word[-1] == "]") or word[0] in "♪♫♬"
    return Kind.SOUND if sound and len(word) > 1 else Kind.WORD


class LiveText:
    """All tokens of a recording, open to change."""

    def __init__(self, tokens: Sequence[Token], duration_ms: int | None = None) -> None:
        self.duration_ms = duration_ms
        self.nodes = [Node(t) for t in tokens]
        self.original = tuple(self.nodes)
        self.moment = 0

    def tokens(self) -> tuple[Token, ...]:
        return tuple(n.token for n in self.nodes)

    def text(self, first: int, last: int) -> str:
        return " ".join(n.token.text for n in self.nodes[first:last])

    def handle(self, first: int, last: int) -> tuple[Node, Node]:
        """The first and the last of the words `[first, last)`, to find them again by; the range must not be empty."""
        return self.nodes[first], self.nodes[last - 1]

    def order(self) -> dict[int, int]:
        """Where each word stands: its identity -> its index."""
        return {id(n): k for k, n in enumerate(self.nodes)}

    # --- changes ------------------------------------------------------------------------------------------------

    def rewrite(self, first: int, last: int, words: Sequence[tuple[str, Kind]]) -> None:
        """Let the words `[first, last)`, at least one, read otherwise; words that stay keep their times."""
        old = self.nodes[first:last]
        kinds = {n.token.kind for n in old}
        if kinds in ({Kind.UNSPOKEN}, {Kind.ABSENT}):
            words = [(text, old[0].token.kind) for text, _ in words]
        fresh: list[Node] = []
        removed: list[tuple[Node, int]] = []
        matcher = SequenceMatcher(None, [n.token.text for n in old], [w for w, _ in words], autojunk=False)
        for tag, a, b, c, d in matcher.get_opcodes():
            if tag == "equal":
                fresh += old[a:b]
                continue
            shared = min(b - a, d - c)
            _reword(old[a : a + shared], words[c : c + shared])
            fresh += old[a : a + shared]
            removed += [(n, first + len(fresh)) for n in old[a + shared : b]]
            extra = [Node(_by_hand(t, k)) for t, k in words[c + shared : d]]
            block = old[a:b] + extra
            if extra and b > a:
                _spread(block, hull(n.token.span for n in old[a:b]))
            elif b - a > shared > 0:
                _spread(old[a : a + shared], hull(n.token.span for n in old[a:b]))
            fresh += extra
        self._put(first, last, fresh, removed)

    def insert(self, at: int, words: Sequence[tuple[str, Kind]], span: Span) -> None:
        """Put new words before the word `at`, said evenly during `span`."""
        fresh = [Node(_by_hand(t, k)) for t, k in words]
        _spread(fresh, span, TimeSource.HUMAN)
        self.nodes[at:at] = fresh
        self.moment += 1

    def remove(self, first: int, last: int) -> None:
        """Take the words `[first, last)` out."""
        self._put(first, last, [], [(n, first) for n in self.nodes[first:last]])

    def present(self, first: int, last: int, span: Span) -> None:
        """Let words of which nobody knew that they are said at all be said during `span`."""
        chosen = self.nodes[first:last]
        for node in chosen:
            node.token = replace(
                node.token, kind=_kind(node.token.text), time_source=TimeSource.HUMAN, confidence=1.0
            )
        _spread(chosen, span, TimeSource.HUMAN)
        self.moment += 1

    def is_absent(self, first: int, last: int) -> bool:
        """Whether the recording holds none of the words `[first, last)`."""
        return first < last and all(n.token.kind is Kind.ABSENT for n in self.nodes[first:last])

    def retime(self, first: int, last: int, span: Span) -> None:
        """Let the words `[first, last)` be said during `span`, each in proportion."""
        if self.is_absent(first, last):
            self.present(first, last, span)
            return
        chosen = self.nodes[first:last]
        whole = hull(n.token.span for n in chosen)
        for node in chosen:
            start, end = (_mapped(t, whole, span) for t in (node.token.span.start_ms, node.token.span.end_ms))
            node.token = replace(
                node.token, span=Span(start, max(start, end)), time_source=TimeSource.HUMAN, confidence=1.0
            )
        self.moment += 1

    def _put(self, first: int, last: int, fresh: list[Node], removed: list[tuple[Node, int]]) -> None:
        known = {id(n) for n in self.nodes[first:last]}
        self.nodes[first:last] = fresh
        self.moment += 1
        for node, at in removed:
            node.removed = True
            node.before = self.nodes[at - 1] if at > 0 else None
            node.after = self.nodes[at] if at < len(self.nodes) else None
        self._attach(first, fresh, known)

    def _attach(self, first: int, fresh: list[Node], known: set[int]) -> None:
        """Give new words to an old neighbour of the same passage, and times where they have none yet."""
        at = 0
        while at < len(fresh):
            if id(fresh[at]) in known:
                at += 1
                continue
            end = at
            while end < len(fresh) and id(fresh[end]) not in known:
                end += 1
            if all(not n.token.confidence for n in fresh[at:end]):
                _spread(fresh[at:end], self._room(first + at, first + end))
            if at > 0:
                fresh[at - 1].tails.append((self.moment, fresh[end - 1]))
            elif end < len(fresh):
                fresh[end].heads.append((self.moment, fresh[at]))
            at = end

    def _room(self, first: int, last: int) -> Span:
        """When words `[first, last)` without times were said: between their neighbours, or over the end of the one before."""
        before = self.nodes[first - 1].token.span if first else Span(0, 0)
        after = self.nodes[last].token.span if last < len(self.nodes) else None
        wanted = ADDED_WORD_MS * (last - first)
        if after is None or after.start_ms < before.start_ms:
            end = before.end_ms + wanted
            return Span(
                before.end_ms,
                end if self.duration_ms is None else max(before.end_ms, min(end, self.duration_ms)),
            )
        start = min(before.end_ms, after.start_ms)
        if after.start_ms - start < wanted:
            start = max(before.start_ms + before.duration_ms // 2, after.start_ms - wanted, before.start_ms)
            start = min(start, after.start_ms)
        return Span(start, after.start_ms)


def forward(node: Node | None, since: int = 0) -> Node | None:
    """The first word now of a passage that began with `node` at the moment `since`; None behind the end."""
    while node is not None:
        if node.removed:
            node = node.after
            continue
        head = next((n for moment, n in node.heads if moment > since and not n.removed), None)
        if head is None:
            return node
        node = head
    return None


def backward(node: Node | None, since: int = 0) -> Node | None:
    """The last word now of a passage that ended with `node` at the moment `since`; None before the start."""
    while node is not None:
        if node.removed:
            node = node.before
            continue
        tail = next((n for moment, n in node.tails if moment > since and not n.removed), None)
        if tail is None:
            return node
        node = tail
    return None


def text_digest(tokens: Sequence[Token]) -> str:
    """What names the words that a reviewer saw, whatever tokens they stand in."""
    read = "\n".join(word for t in tokens for word in t.text.split())
    return hashlib.sha256(read.encode("utf-8", "surrogatepass")).hexdigest()


# A word whose time nobody knows yet: confidence 0, until its neighbours lend it some.
def _by_hand(text: str, kind: Kind) -> Token:
    return Token(text, Span(0, 0), 0.0, kind, TextSource.HUMAN, TimeSource.INTERPOLATED)


def _reword(nodes: Sequence[Node], words: Sequence[tuple[str, Kind]]) -> None:
    for node, (text, kind) in zip(nodes, words, strict=True):
        given = node.token.text_source in (TextSource.SUBTITLES, TextSource.SCRIPT, TextSource.HUMAN)
        node.token = replace(
            node.token, text=text, kind=kind, text_source=TextSource.HUMAN, spoken=None,
            confidence=node.token.confidence if given else 1.0,
        )  # fmt: skip


def _spread(nodes: Sequence[Node], span: Span, source: TimeSource = TimeSource.INTERPOLATED) -> None:
    """Let words be said during a span, each for its share by length.

    The space behind a word does not count here: the times of words that people wrote stay as earlier versions gave them.
    """
    for node, share in zip(nodes, shares(span, [len(n.token.text) for n in nodes]), strict=True):
        confidence = 1.0 if source is TimeSource.HUMAN else node.token.confidence or 0.4
        node.token = replace(node.token, span=share, time_source=source, confidence=confidence)


def _mapped(time_ms: int, old: Span, new: Span) -> int:
    if not old:
        return new.start_ms
    return new.start_ms + (time_ms - old.start_ms) * new.duration_ms // old.duration_ms


# --- what referred to the old words ------------------------------------------------------------------------------


def token_map(live: LiveText) -> TokenMap:
    """Where the machine's words went, those that people put to one of them with it."""
    order = live.order()
    begins = [forward(node) for node in live.original]
    ends = [backward(node) for node in live.original]
    return TokenMap(
        (*(len(order) if node is None else order[id(node)] for node in begins), len(order)),
        (0, *(0 if node is None else order[id(node)] + 1 for node in ends)),
    )


def corrected(aligned: Aligned, live: LiveText) -> Aligned:
    """The alignment with its words as they are now, the editor's cues and the report's passages moved along."""
    if not live.moment:
        return aligned
    moved, tokens = token_map(live), live.tokens()
    cues = tuple(c for c in map(moved.editor_cue, aligned.editor_cues) if c.last > c.first)
    return Aligned(tokens, _still_open(aligned.report, moved, tokens), cues)


def _still_open(report: AlignmentReport, moved: TokenMap, tokens: tuple[Token, ...]) -> AlignmentReport:
    """The report without what a person has seen to."""

    def left(passages: tuple[Passage, ...]) -> tuple[Passage, ...]:
        found = ((passage, moved.passage(passage)) for passage in passages)
        return tuple(
            now for was, now in found if was.first == was.last or not _settled(tokens[now.first : now.last])
        )

    return replace(
        report,
        speech_without_text=tuple(p for p in left(report.speech_without_text) if not _filled(p, tokens)),
        text_without_speech=left(report.text_without_speech),
        not_confirmed=left(report.not_confirmed),
        heard_differently=left(report.heard_differently),
    )


def _settled(tokens: Sequence[Token]) -> bool:
    """Whether nothing but words is left that a person wrote, or timed."""
    return all(TextSource.HUMAN is t.text_source or TimeSource.HUMAN is t.time_source for t in tokens)


def _filled(passage: Passage, tokens: Sequence[Token]) -> bool:
    """Whether a person put words where there was speech without text: over at least half of it."""
    low = bisect_left(tokens, passage.span.start_ms - 30_000, key=lambda t: t.span.start_ms)
    covered = 0
    for token in tokens[low:]:
        if token.span.start_ms > passage.span.end_ms + 30_000:
            break
        if token.text_source is TextSource.HUMAN:
            covered += token.span.overlap_ms(passage.span)
    return passage.first == passage.last and covered * 2 >= max(1, passage.span.duration_ms)
