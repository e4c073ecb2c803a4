"""Turns at an embedded shard, between searches and pieces of other work."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import SimpleNamespace

import pytest

from vectorstore import edge_turns
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
        self.comes_at_once(name, turn)
        until(lambda: waiting(self.turns) > before)

    def comes_at_once(self, name: str, turn: Turn) -> None:
        """Another thread comes, which need not wait."""
        self._threads.append(threading.Thread(target=self._go, args=(name, turn), daemon=True))
        self._threads[-1].start()

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


class InterruptedGate:
    """In place of a `threading.Lock` that is taken twice: whoever waits at it is interrupted, after `before`."""

    def __init__(self, before: Callable[[], object]) -> None:
        self._before = before
        self._closed = False

    def acquire(self) -> None:
        if self._closed:
            self._before()
            raise KeyboardInterrupt
        self._closed = True

    def release(self) -> None:
        pass


def interrupted(turns: Turns, monkeypatch: pytest.MonkeyPatch, *, before: Callable[[], object]) -> None:
    """Somebody comes to search and is interrupted at the gate, after `before`."""
    with monkeypatch.context() as patched:
        patched.setattr(edge_turns, "threading", SimpleNamespace(Lock=lambda: InterruptedGate(before)))
        with pytest.raises(KeyboardInterrupt), turns.search():
            pytest.fail("it was not its turn")


def test_who_is_interrupted_while_waiting_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene()
    with scene.turns.piece():
        interrupted(scene.turns, monkeypatch, before=lambda: None)
        assert waiting(scene.turns) == 0
        scene.comes("search", scene.turns.search)
    assert scene.end() == ["search"]


def test_a_turn_handed_to_one_who_was_interrupted_is_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene()
    piece = scene.turns.piece()
    piece.__enter__()
    interrupted(scene.turns, monkeypatch, before=lambda: piece.__exit__(None, None, None))
    scene.comes_at_once("search", scene.turns.search)
    assert scene.end() == ["search"]


def test_one_who_is_interrupted_as_the_turn_is_free_hands_it_on(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene()
    interrupted(scene.turns, monkeypatch, before=lambda: None)
    scene.comes_at_once("search", scene.turns.search)
    assert scene.end() == ["search"]
