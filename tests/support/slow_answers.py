"""The command line as ever, but that each of the review page's answers comes late by chance, and thereby out of order.

usage: VIGNETTE_SLOW_ANSWERS=100-800 python -m tests.support.slow_answers review ...      (milliseconds, from and to)
"""

from __future__ import annotations

import asyncio
import os
import random
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

# The environment variable that asks for it.
ASKED_BY = "VIGNETTE_SLOW_ANSWERS"


class Late:
    """An application whose requests are taken up late, and whose answers go out late, by chance."""

    def __init__(self, app: ASGIApp, least_ms: int, most_ms: int) -> None:
        self.app, self.least_ms, self.most_ms = app, least_ms, most_ms

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        before, behind = (random.uniform(self.least_ms, self.most_ms) / 2000 for _ in range(2))

        async def late(message: Any) -> None:
            if message["type"] == "http.response.start":
                await asyncio.sleep(behind)
            await send(message)

        await asyncio.sleep(before)
        await self.app(scope, receive, late)


def main() -> None:
    """Run the command line with late answers."""
    from pipeline.cli import app
    from pipeline.review import server

    least, most = map(int, os.environ[ASKED_BY].split("-"))
    on_time = server.application
    server.application = lambda *given: Late(on_time(*given), least, most)  # type: ignore[assignment]
    app.main()


if __name__ == "__main__":
    main()
