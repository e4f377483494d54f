"""Thread pools for numpy work, which releases the interpreter's lock in its large operations."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager

from pipeline.processes import cores

_MOST_THREADS = 4  # a choice: what an ordinary computer has to spare


def thread_count(threads: int) -> int:
    """The number of threads to use: `threads`, or for 0 one for each core, at most `_MOST_THREADS`."""
    return threads or min(_MOST_THREADS, cores())


@contextmanager
def pool(threads: int) -> Iterator[Executor]:
    """A pool of `thread_count(threads)` threads; meanwhile BLAS starts none of its own, for which these would only wait."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(thread_count(threads)) as executor:
        yield executor


@contextmanager
def single_threaded_blas() -> Iterator[None]:
    """Keep BLAS to the calling thread: many small matrix products lose more by being shared than they gain."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, user_api="blas"):
        yield
