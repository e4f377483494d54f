"""Editable token list: the words of a recording under one correction after the other, and where each word went."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace

from pipeline.edits import token_diff
from pipeline.timing import Span, hull, shares
from pipeline.transcript import Kind, TextSource, TimeSource, Token

# Duration of an added word; in a shorter gap it takes time from the word before. No measurement is recorded.
ADDED_WORD_MS = 120

# A sound or mark, whole and with its punctuation ("[door slams]", "♪ humming ♪", "(inaudible)."), or a word.
_BRACKETED = re.compile(
    r"(?:[\[(][^\[\]()]*[\])]|<[^<>]*>|\{[^{}]*\})[.,;:!?…]*(?=\s|$)|[♪♫♬][^♪♫♬]*[♪♫♬]+|\S+"
)


class Node:
    """A token in the list. Once removed, `before` and `after` are the words that stood beside it then.

    `heads` and `tails` are words that people put in front of it or behind it and that belong to it, the first put the
    furthest away, each with the moments from which and before which a passage must have been noted to go with it.
    """

    __slots__ = ("after", "before", "heads", "removed", "tails", "token")

    def __init__(self, token: Token) -> None:
        self.token = token
        self.removed = False
        self.before: Node | None = None
        self.after: Node | None = None
        self.heads: list[tuple[int, int, Node]] = []
        self.tails: list[tuple[int, int, Node]] = []


def written(text: str) -> list[tuple[str, Kind]]:
    """Tokenise what a person wrote; what stands in square brackets or between notes is a sound, whole, or a mark
    for what was not understood, which round brackets may hold too."""
    found = [m[0] for m in _BRACKETED.finditer(" ".join(text.split()))]
    return [(piece, kind) for whole in found for piece, kind in _pieces(whole)]


def _pieces(whole: str) -> list[tuple[str, Kind]]:
    kind = _kind(whole)
    return [(piece, kind) for piece in ([whole] if kind is not Kind.WORD else whole.split())]


def _kind(word: str) -> Kind:
    from pipeline.formats.readers import sounds  # its vocabulary takes a while to load

    bracket = word.rstrip(".,;:!?…") or word
    inside = bracket[0] + bracket[-1] in ("[]", "()", "<>", "{}") and len(bracket) > 2
    if sounds.is_unclear_mark(word) or (inside and sounds.names_unclear(bracket[1:-1], word[0] == "[")):
        return Kind.UNCLEAR
    sound = (word[0] == "[" and bracket[-1] == "]") or word[0] in "♪♫♬"
    return Kind.SOUND if sound and len(word) > 1 else Kind.WORD


class LiveText:
    """The tokens of a recording under edit; `moment` counts the changes so far, `duration_ms` is the recording's."""

    def __init__(self, tokens: Sequence[Token], duration_ms: int | None = None) -> None:
        self.duration_ms = duration_ms
        self.nodes = [Node(t) for t in tokens]
        self.original = tuple(self.nodes)
        self.moment = 0

    def tokens(self) -> tuple[Token, ...]:
        return tuple(n.token for n in self.nodes)

    def text(self, first: int, last: int) -> str:
        return " ".join(n.token.text for n in self.nodes[first:last])

    def order(self) -> dict[int, int]:
        """Where each word stands: its identity -> its index."""
        return {id(n): k for k, n in enumerate(self.nodes)}

    # --- changes ------------------------------------------------------------------------------------------------

    def rewrite(self, first: int, last: int, words: Sequence[tuple[str, Kind]]) -> None:
        """Let the words `[first, last)`, at least one, read otherwise; words that stay keep their times."""
        old = self.nodes[first:last]
        kinds = {n.token.kind for n in old}
        styles = {n.token.style for n in old}
        style = styles.pop() if len(styles) == 1 else ""
        if kinds in ({Kind.UNSPOKEN}, {Kind.ABSENT}):
            words = [(text, old[0].token.kind) for text, _ in words]
        fresh: list[Node] = []
        removed: list[tuple[Node, int]] = []
        done = 0
        for change in token_diff.changes([n.token.text for n in old], [w for w, _ in words]):
            a, b, c, d = change.first, change.last, change.begin, change.end
            fresh += old[done:a]
            done = b
            shared = min(b - a, d - c)
            _rewrite_tokens(old[a : a + shared], words[c : c + shared])
            fresh += old[a : a + shared]
            removed += [(n, first + len(fresh)) for n in old[a + shared : b]]
            extra = [Node(_human_token(t, k, style)) for t, k in words[c + shared : d]]
            block = old[a:b] + extra
            if extra and b > a:
                _share_span(block, hull(n.token.span for n in old[a:b]))
            elif b - a > shared > 0:
                _share_span(old[a : a + shared], hull(n.token.span for n in old[a:b]))
            fresh += extra
        self._replace(first, last, [*fresh, *old[done:]], removed)

    def insert(self, at: int, words: Sequence[tuple[str, Kind]], span: Span) -> None:
        """Put new words before the word `at`, said evenly during `span`."""
        fresh = [Node(_human_token(t, k)) for t, k in words]
        _share_span(fresh, span, TimeSource.HUMAN)
        self.nodes[at:at] = fresh
        self.moment += 1

    def remove(self, first: int, last: int) -> None:
        """Take the words `[first, last)` out."""
        self._replace(first, last, [], [(n, first) for n in self.nodes[first:last]])

    def put_back(self, first: int, last: int, held: Sequence[tuple[Node, Token]], since: int) -> None:
        """Let words that were taken out or rewritten at the moment `since` stand in place of `[first, last)` as they did."""
        for node, token in held:
            node.token, node.removed = token, False
        staying = {id(node): k for k, (node, _) in enumerate(held, 1)}
        at, removed = first, []
        for node in self.nodes[first:last]:
            at = max(at, first + staying.get(id(node), 0))
            if id(node) not in staying:
                removed.append((node, at))
        self._replace(first, last, [node for node, _ in held], removed, since)

    def present(self, first: int, last: int, span: Span) -> None:
        """Let words of which nobody knew that they are said at all be said during `span`."""
        chosen = self.nodes[first:last]
        for node in chosen:
            node.token = replace(
                node.token, kind=_kind(node.token.text), time_source=TimeSource.HUMAN, confidence=1.0
            )
        _share_span(chosen, span, TimeSource.HUMAN)
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
            start, end = (_scaled(t, whole, span) for t in (node.token.span.start_ms, node.token.span.end_ms))
            node.token = replace(
                node.token, span=Span(start, max(start, end)), time_source=TimeSource.HUMAN, confidence=1.0
            )
        self.moment += 1

    def _replace(
        self, first: int, last: int, fresh: list[Node], removed: list[tuple[Node, int]], since: int = 0
    ) -> None:
        known = {id(n) for n in self.nodes[first:last]}
        self.nodes[first:last] = fresh
        self.moment += 1
        for node, at in removed:
            node.removed = True
            node.before = self.nodes[at - 1] if at > 0 else None
            node.after = self.nodes[at] if at < len(self.nodes) else None
        self._attach(first, fresh, known, since)

    def _attach(self, first: int, fresh: list[Node], known: set[int], since: int) -> None:
        """Give new words to an old neighbour of the same passage, and times where they have none yet."""
        at = 0
        while at < len(fresh):
            if id(fresh[at]) in known:
                at += 1
                continue
            end = at
            while end < len(fresh) and id(fresh[end]) not in known:
                end += 1
            if not since and all(not n.token.confidence for n in fresh[at:end]):
                _share_span(fresh[at:end], self._gap_for(first + at, first + end))
            if at > 0:
                fresh[at - 1].tails.append((since, self.moment, fresh[end - 1]))
            elif end < len(fresh):
                fresh[end].heads.append((since, self.moment, fresh[at]))
            at = end

    def _gap_for(self, first: int, last: int) -> Span:
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
        head = _attached(node.heads, since)
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
        tail = _attached(node.tails, since)
        if tail is None:
            return node
        node = tail
    return None


def _attached(words: Sequence[tuple[int, int, Node]], since: int) -> Node | None:
    """The first of the words put to another that go with a passage noted at the moment `since`."""
    return next((n for low, high, n in words if low <= since < high and not n.removed), None)


def text_digest(tokens: Sequence[Token]) -> str:
    """SHA-256, in hexadecimal, of the words that a reviewer saw, whatever tokens they stand in."""
    read = "\n".join(word for t in tokens for word in t.text.split())
    return hashlib.sha256(read.encode("utf-8", "surrogatepass")).hexdigest()


# A word whose time nobody knows yet: confidence 0, until its neighbours lend it some.
def _human_token(text: str, kind: Kind, style: str = "") -> Token:
    return Token(text, Span(0, 0), 0.0, kind, TextSource.HUMAN, TimeSource.INTERPOLATED, style=style)


def _rewrite_tokens(nodes: Sequence[Node], words: Sequence[tuple[str, Kind]]) -> None:
    for node, (text, kind) in zip(nodes, words, strict=True):
        given = node.token.text_source in (TextSource.SUBTITLES, TextSource.SCRIPT, TextSource.HUMAN)
        node.token = replace(
            node.token, text=text, kind=kind, text_source=TextSource.HUMAN, spoken=None,
            confidence=node.token.confidence if given else 1.0,
        )  # fmt: skip


def _share_span(nodes: Sequence[Node], span: Span, source: TimeSource = TimeSource.INTERPOLATED) -> None:
    """Interpolate times: share a span among words in proportion to their length in characters.

    The space behind a word does not count here: the times of words that people wrote stay as earlier versions gave them. A word
    whose confidence nobody set gets 0.4: its time is a guess (no measurement is recorded).
    """
    for node, share in zip(nodes, shares(span, [len(n.token.text) for n in nodes]), strict=True):
        confidence = 1.0 if source is TimeSource.HUMAN else node.token.confidence or 0.4
        node.token = replace(node.token, span=share, time_source=source, confidence=confidence)


def _scaled(time_ms: int, old: Span, new: Span) -> int:
    if not old:
        return new.start_ms
    return new.start_ms + (time_ms - old.start_ms) * new.duration_ms // old.duration_ms
