"""Whose turn it is to call an embedded shard: a search waits for one piece of other work at most.

Edge holds Python's lock in each of its calls, so that they come one after the other whatever is done here. But a lock
of Python's goes to whoever asks first: a thread that works in pieces has it again before the search that waited is
awake, and searches wait for several pieces on end. Here it is handed on:

    after a piece     to the searches that wait by then, one after the other
    after the last    to the next piece; where none waits, to a search again

So no one waits for ever, however many search: phase-fair, after Brandenburg and Anderson, "Spin-Based Reader-Writer
Synchronization for Multiprocessor Real-Time Systems" (2010), with searches one at a time.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

_LONGEST_PAUSE_S = 0.05


class Turns:
    """Hands out turns, one at a time. A thread that has one must not ask for another."""

    def __init__(self) -> None:
        self._state = threading.Lock()
        self._holder: threading.Lock | None = None
        """The gate of the thread whose turn it is. A thread waits at its gate until that is released."""
        self._searches: deque[threading.Lock] = deque()
        self._pieces: deque[threading.Lock] = deque()
        self._before_a_piece = 0
        """Waiting searches that come before the next piece."""

    @contextmanager
    def search(self) -> Iterator[None]:
        """The turn of a search, or of what is as quick."""
        with self._turn(self._searches):
            yield

    @contextmanager
    def piece(self) -> Iterator[None]:
        """The turn of a piece of other work, which searches wait for."""
        with self._turn(self._pieces):
            try:
                yield
            finally:
                with self._state:
                    self._before_a_piece = len(self._searches)

    @contextmanager
    def unhurried(self) -> Iterator[None]:
        """The turn of a piece that nobody waits for, and a pause as long as it took, 50 ms at most.

        A search needs Python's lock outside its turn too: for the vector of its words, and for what it makes of hits.
        """
        with self.piece():
            started = time.perf_counter()
            yield
            took_s = time.perf_counter() - started
        time.sleep(min(took_s, _LONGEST_PAUSE_S))

    @contextmanager
    def _turn(self, waiting: deque[threading.Lock]) -> Iterator[None]:
        gate = threading.Lock()
        gate.acquire()
        try:
            with self._state:
                if self._holder is None:
                    self._holder = gate
                    gate.release()
                else:
                    waiting.append(gate)
            gate.acquire()
            yield
        finally:
            self._leave(gate, waiting)

    def _leave(self, gate: threading.Lock, waiting: deque[threading.Lock]) -> None:
        """Hand the turn on, or wait no longer: whoever waits may be interrupted, before or after it was its turn."""
        with self._state:
            if self._holder is gate:
                self._holder = self._following()
                if self._holder is not None:
                    self._holder.release()
            elif gate in waiting:
                waiting.remove(gate)

    def _following(self) -> threading.Lock | None:
        if self._searches and (self._before_a_piece or not self._pieces):
            self._before_a_piece = max(0, self._before_a_piece - 1)
            return self._searches.popleft()
        return self._pieces.popleft() if self._pieces else None
