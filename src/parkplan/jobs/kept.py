"""Things that are costly to make, kept in memory up to a limit, each made once however many threads ask for it."""

from __future__ import annotations

from collections import OrderedDict
from concurrent.futures import Future
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

K = TypeVar("K")
V = TypeVar("V")


def _one(made: object) -> int:
    return 1


class Kept(Generic[K, V]):
    """A bounded memory: what was used longest ago goes first. Faults are not kept.

    >>> squares = Kept[int, int](limit=2)
    >>> [squares.get(n, lambda: n * n) for n in (1, 2, 3)], len(squares)
    ([1, 4, 9], 2)
    """

    def __init__(self, limit: int, weigh: Callable[[V], int] = _one) -> None:
        self._limit = limit
        self._weigh = weigh
        self._futures: OrderedDict[K, Future[V]] = OrderedDict()
        self._weights: dict[K, int] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._weights)

    def get(self, key: K, make: Callable[[], V]) -> V:
        """Return the thing of a key, made now if it is not there; others that ask meanwhile wait for it."""
        with self._lock:
            future = self._futures.get(key)
            if future is not None:
                self._futures.move_to_end(key)
            mine = future is None
            if future is None:
                future = self._futures[key] = Future()
        if mine:
            self._make(key, future, make)
        return future.result()

    def peek(self, key: K) -> V | None:
        """Return the thing of a key if it is there."""
        with self._lock:
            if key not in self._weights:
                return None
            self._futures.move_to_end(key)
            return self._futures[key].result()

    def drop(self, key: K, outdated: V) -> None:
        """Let go of a thing that is no longer right, unless another one stands in its place by now."""
        with self._lock:
            if key in self._weights and self._futures[key].result() is outdated:
                del self._weights[key], self._futures[key]

    def _make(self, key: K, future: Future[V], make: Callable[[], V]) -> None:
        try:
            made = make()
        except BaseException as fault:
            with self._lock:
                del self._futures[key]
            future.set_exception(fault)
            return
        future.set_result(made)
        with self._lock:
            self._weights[key] = self._weigh(made)
            self._forget()

    def _forget(self) -> None:
        """Let go of the oldest things that are made, until the rest is within the limit."""
        total = sum(self._weights.values())
        for key in list(self._futures):
            if total <= self._limit:
                break
            if key in self._weights:
                total -= self._weights.pop(key)
                del self._futures[key]
