"""Work shared among our own threads: numpy lets go of the interpreter's lock in its large operations."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager


def number_of(threads: int) -> int:
    """How many threads to use: as many as asked for, or for 0 as many as there are cores, four at most."""
    return threads or min(4, os.cpu_count() or 1)


@contextmanager
def pool(threads: int) -> Iterator[Executor]:
    """So many threads, and no others: a matrix library that starts its own on top only makes them wait for each other."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(number_of(threads)) as executor:
        yield executor


@contextmanager
def alone() -> Iterator[None]:
    """Matrix products on this thread only: many small ones lose more by being shared than they gain."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, user_api="blas"):
        yield
