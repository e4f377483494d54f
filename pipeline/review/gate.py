"""The gate in front of every request: only this machine's own page, holding the cookie, gets an answer.

Other pages that are open in the same browser, other users of the machine, and names that are made to lead here (DNS
rebinding) are refused. Decided by the raw headers, never by an address that a library puts together from them.
"""

from __future__ import annotations

import secrets
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# The most bytes of a request's body: a caption's text takes a thousandth of it.
MAX_BODY_BYTES = 1_000_000
ENTRANCE = "/enter"
SAFE_METHODS = frozenset(("GET", "HEAD"))
_FOREIGN = frozenset((b"same-site", b"cross-site"))

HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "media-src 'self' blob:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}
# The page behind the entrance goes on by itself: a redirect would still count as sent from elsewhere, without the cookie.
_ENTERED = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=/">'
    '<title>Vignette</title><link rel="icon" href="data:,"><p><a href="/">Go on to the review page</a></p></html>'
)


@dataclass
class Pass:
    """What admits a browser: `token` stands once in an address and is spent by its first use, then the `cookie` counts."""

    port: int
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    cookie: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    @property
    def cookie_name(self) -> str:
        """The cookie's name, which bears the port: browsers do not tell the ports of a host apart."""
        return f"vignette-{self.port}"

    @property
    def hosts(self) -> frozenset[bytes]:
        return frozenset(f"{name}:{self.port}".encode() for name in ("127.0.0.1", "localhost"))

    def spend(self, token: str) -> bool:
        """Whether this is the token; from then on it is none."""
        is_right = bool(self.token) and secrets.compare_digest(token.encode(), self.token.encode())
        if is_right:
            self.token = ""
        return is_right

    def holds(self, headers: dict[bytes, list[bytes]]) -> bool:
        """Whether the cookie is among these headers."""
        wanted = f"{self.cookie_name}={self.cookie}".encode()
        given = [part.strip() for line in headers.get(b"cookie", []) for part in line.split(b";")]
        return any(secrets.compare_digest(part, wanted) for part in given)


class Gate:
    """ASGI middleware: refuses what may not be answered, and puts the security headers on every answer."""

    def __init__(self, app: ASGIApp, admitted: Pass) -> None:
        self.app, self.admitted = app, admitted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":  # there are no web sockets here
            await send({"type": "websocket.close", "code": 1008})
            return
        headers = _headers_of(scope)
        answer = self._refusal(scope, headers)
        await (answer or self.app)(scope, _Limited(receive), _Guarded(send))

    def _refusal(self, scope: Scope, headers: dict[bytes, list[bytes]]) -> Response | None:
        """The answer that the gate itself gives, None for a request that may pass."""
        hosts = headers.get(b"host", [])
        if len(hosts) != 1 or hosts[0].lower() not in self.admitted.hosts:
            return PlainTextResponse("This address does not lead here.", 403)
        if scope["path"] == ENTRANCE and scope["method"] in SAFE_METHODS:
            return self._enter(scope, headers)
        origins, own = headers.get(b"origin", []), b"http://" + hosts[0].lower()
        if _FOREIGN & set(headers.get(b"sec-fetch-site", [])) or any(o.lower() != own for o in origins):
            return PlainTextResponse("Another page may not ask this.", 403)
        if not self.admitted.holds(headers):
            return PlainTextResponse("Open the address that 'vignette review' printed.", 401)
        if scope["method"] not in SAFE_METHODS:
            return _unreadable(headers)
        return None

    def _enter(self, scope: Scope, headers: dict[bytes, list[bytes]]) -> Response:
        token = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        if self.admitted.spend(token):
            answer = HTMLResponse(_ENTERED)
            answer.set_cookie(
                self.admitted.cookie_name, self.admitted.cookie, path="/", httponly=True, samesite="strict"
            )
            return answer
        if self.admitted.holds(headers):
            return RedirectResponse("/", 303)
        return PlainTextResponse(
            "This address was used already. Stop 'vignette review' and start it again.", 403
        )


def _headers_of(scope: Scope) -> dict[bytes, list[bytes]]:
    found: dict[bytes, list[bytes]] = {}
    for name, value in scope["headers"]:
        found.setdefault(name.lower(), []).append(value)
    return found


def _unreadable(headers: dict[bytes, list[bytes]]) -> Response | None:
    """The refusal of a body that is too large or no JSON. JSON alone makes a browser ask before a foreign page may send it."""
    kind = headers.get(b"content-type", [b""])[0].split(b";")[0].strip().lower()
    if kind != b"application/json":
        return PlainTextResponse("What is sent must be JSON.", 415)
    length = headers.get(b"content-length", [b"0"])[0]
    if not length.isdigit() or int(length) > MAX_BODY_BYTES:
        return PlainTextResponse("That is too large.", 413)
    return None


class TooLarge(Exception):
    """A body went on behind the length that is allowed."""


class _Limited:
    """A request's body, which ends the request where it is longer than allowed, whatever its header said."""

    def __init__(self, receive: Receive) -> None:
        self.receive, self.read_bytes = receive, 0

    async def __call__(self) -> Message:
        message = await self.receive()
        self.read_bytes += len(message.get("body", b""))
        if self.read_bytes > MAX_BODY_BYTES:
            raise TooLarge
        return message


class _Guarded:
    """An answer with the security headers, also one that says that something went wrong."""

    def __init__(self, send: Send) -> None:
        self.send = send

    async def __call__(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            kept = [
                (k, v) for k, v in message.get("headers", []) if k.lower().decode("latin-1") not in HEADERS
            ]
            message["headers"] = [*kept, *((k.encode(), v.encode()) for k, v in HEADERS.items())]
        await self.send(message)
