"""An embedded index that optimises itself, in a thread of its own, when enough was added to it.

What was added since the last time takes memory (2 to 3 KiB a post), and is searched by comparing with each. So that the
first stays small and the second quick, it is given to another process to optimise, as soon as no one is writing
much. Writers wait for it, searches never do, where what waits is more than memory should hold, or where much came
while it is at work: that is held twice for a moment, in the shard before and in the shard after. On a machine that is
busy anyway writers lose nothing by it: what they wait for has to be done, and is done the sooner.
"""

from __future__ import annotations

import ctypes
import logging
import sys
import threading

from vectorstore.edge_shard import EdgeIndex
from vectorstore.errors import StoreClosedError, StoreFailedError

TEND_FROM = 20_000
"""Documents added since the last time that are worth optimising."""

_SHARE = 8
_MOST_WORTH = 50_000
_PRESSING = 6
_MEANWHILE = 0.5
_QUIET_S = 2.0
_QUIET_DOCUMENTS = 6000

_log = logging.getLogger(__name__)


class Tending:
    """Starts upkeep of an index after changes to it.

    Args:
        tend_from: documents added since the last time that are worth optimising, where that is more than an eighth
            of the index; writers wait from six times as many on, and from half as many on while it is at work.
    """

    def __init__(self, index: EdgeIndex, *, quantise_from: int, tend_from: int = TEND_FROM) -> None:
        self._index = index
        self._quantise_from = quantise_from
        self._tend_from = tend_from
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._written = 0
        self._hurried = threading.Event()
        self._failed = False

    def notice(self, documents: int) -> None:
        """Documents were written: start upkeep where it is due, and wait for it where it is pressing."""
        with self._lock:
            self._written += documents
            if self._thread is None or not self._thread.is_alive():
                if not self._due():
                    return
                self._thread = threading.Thread(target=self._run, name="index upkeep", daemon=True)
                self._thread.start()
            thread = self._thread
        if self._pressing():
            self._hurried.set()
            thread.join()

    def finish(self) -> None:
        """Wait for the upkeep that was begun, if any; it no longer waits for a quiet moment."""
        self._hurried.set()
        thread = self._thread
        if thread is not None:
            thread.join()

    def _due(self) -> bool:
        total = self._index.points_count()
        worth = min(max(self._tend_from, total // _SHARE), max(self._tend_from, _MOST_WORTH))
        return total >= self._quantise_from and self._index.waiting >= worth and not self._failed

    def _pressing(self) -> bool:
        most = _MEANWHILE if self._index.renewing else _PRESSING
        return self._index.waiting >= most * self._tend_from and not self._failed

    def _run(self) -> None:
        try:
            self._wait_for_quiet()
            _give_memory_back()
            self._index.renew("optimize", due=self._due)
            _give_memory_back()
        except StoreClosedError:
            return
        except StoreFailedError as error:
            self._failed = True  # until the index is opened again: what is wrong will seldom heal by itself
            _log.warning("the index stays as it is, slower than it could be: %s", error)
        finally:
            self._hurried.clear()

    def _wait_for_quiet(self) -> None:
        """Return when little was written for a moment, or when someone waits."""
        while True:
            before = self._written
            if self._hurried.wait(_QUIET_S) or self._written - before <= _QUIET_DOCUMENTS:
                return


def _give_memory_back() -> None:
    """Let the system have what is free but kept by glibc, before another process asks for memory and after the shard
    before is freed: some 100 MiB of 40,000 documents not optimised, and what reading texts left. Takes 25 ms for 100
    MiB, without Python's lock; threads that need memory may wait as long.
    """
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # which no other C library has
        if trim is not None:
            trim(0)
