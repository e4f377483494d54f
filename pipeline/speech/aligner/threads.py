"""Thread pools for numpy work, which releases the interpreter's lock in its large operations."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from pipeline.processes import cores

T = TypeVar("T")
R = TypeVar("R")

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


def map_ahead(workers: Executor, work: Callable[[T], R], items: Iterable[T], ahead: int) -> Iterator[R]:
    """The results of `work`, in the order of the items, of which `ahead` at most are under way or wait to be taken: a pool's own
    `map` would keep all results of a long recording at once."""
    waiting: deque[Future[R]] = deque()
    for item in items:
        if len(waiting) >= ahead:
            yield waiting.popleft().result()
        waiting.append(workers.submit(work, item))
    while waiting:
        yield waiting.popleft().result()


@contextmanager
def single_threaded_blas() -> Iterator[None]:
    """Keep BLAS to the calling thread: many small matrix products lose more by being shared than they gain."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, user_api="blas"):
        yield
