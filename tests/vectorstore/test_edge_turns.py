"""Turns at an embedded shard, between searches and pieces of other work."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from vectorstore.edge_turns import Turns

Turn = Callable[[], AbstractContextManager[None]]


class Scene:
    """Threads that come for a turn one after the other, and the order in which they get it."""

    def __init__(self) -> None:
        self.turns = Turns()
        self.order: list[str] = []
        self._threads: list[threading.Thread] = []

    def comes(self, name: str, turn: Turn) -> None:
        """Another thread waits for its turn at the return."""
        before = waiting(self.turns)
        self._threads.append(threading.Thread(target=self._go, args=(name, turn)))
        self._threads[-1].start()
        until(lambda: waiting(self.turns) > before)

    def end(self) -> list[str]:
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive()
        return self.order

    def _go(self, name: str, turn: Turn) -> None:
        with turn():
            self.order.append(name)


def waiting(turns: Turns) -> int:
    return len(turns._searches) + len(turns._pieces)


def until(holds: Callable[[], bool]) -> None:
    for _ in range(10_000):
        if holds():
            return
        time.sleep(0.001)
    pytest.fail("nobody came")


def test_searches_that_wait_come_before_the_next_piece() -> None:
    scene = Scene()
    with scene.turns.piece():
        scene.comes("piece", scene.turns.piece)
        scene.comes("search 1", scene.turns.search)
        scene.comes("search 2", scene.turns.search)
    assert scene.end() == ["search 1", "search 2", "piece"]


def test_a_piece_that_waits_comes_before_a_later_search() -> None:
    scene = Scene()
    with scene.turns.search():
        scene.comes("piece 1", scene.turns.piece)
        scene.comes("piece 2", scene.turns.piece)
        scene.comes("search", scene.turns.search)
    assert scene.end() == ["piece 1", "search", "piece 2"]


def test_one_who_works_in_pieces_lets_a_search_come_between() -> None:
    scene = Scene()
    for piece in range(3):
        with scene.turns.piece():
            scene.order.append(f"piece {piece}")
            if piece == 0:
                scene.comes("search", scene.turns.search)
    assert scene.end() == ["piece 0", "search", "piece 1", "piece 2"]


@pytest.mark.parametrize("kind", ["search", "piece", "unhurried"])
def test_what_fails_in_its_turn_hands_it_on(kind: str) -> None:
    scene = Scene()

    def failing() -> None:
        with getattr(scene.turns, kind)():
            scene.comes("search", scene.turns.search)
            raise ValueError("failed")

    with pytest.raises(ValueError, match="failed"):
        failing()
    assert scene.end() == ["search"]


class StopWaitingError(Exception):
    """What the signal raises."""


@contextmanager
def interrupted_when(holds: Callable[[], bool]) -> Iterator[None]:
    """The main thread is interrupted as soon as the condition holds."""

    def interrupt(*_: object) -> None:
        raise StopWaitingError

    before = signal.signal(signal.SIGUSR1, interrupt)
    main = threading.get_ident()

    def watch() -> None:
        until(holds)
        signal.pthread_kill(main, signal.SIGUSR1)

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield
    finally:
        watching.join()
        signal.signal(signal.SIGUSR1, before)


def test_who_is_interrupted_while_waiting_is_passed_over() -> None:
    turns = Turns()
    may_end, begun = threading.Event(), threading.Event()

    def work() -> None:
        with turns.piece():
            begun.set()
            may_end.wait(10)

    working = threading.Thread(target=work)
    working.start()
    begun.wait(10)
    with interrupted_when(lambda: waiting(turns) == 1), pytest.raises(StopWaitingError), turns.search():
        pytest.fail("it was not its turn")
    may_end.set()
    working.join(10)
    with turns.piece():
        assert waiting(turns) == 0


def test_a_turn_handed_to_one_who_was_interrupted_is_handed_on() -> None:
    scene = Scene()
    scene.turns._take(scene.turns._searches)
    scene.comes("search", scene.turns.search)
    scene.turns._withdraw(threading.Lock(), scene.turns._searches)  # of one who no longer stands in line
    assert scene.end() == ["search"]
