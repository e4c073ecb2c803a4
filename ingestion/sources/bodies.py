"""The body of an answer: whole, unpacked, and no larger than allowed, or an error."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable

PACKINGS = "gzip, deflate"
"""What is asked for in Accept-Encoding; nothing else is unpacked."""
_BLOCK = 1 << 16


class BodyError(Exception):
    """A body that cannot be used; `is_final`: asking again would bring the same."""

    def __init__(self, problem: str, *, is_final: bool) -> None:
        super().__init__(problem)
        self.problem = problem
        self.is_final = is_final


def read_body(parts: Iterable[bytes], *, packing: str, limit: int, check_time: Callable[[], None]) -> bytes:
    """The body of `parts` as sent, unpacked by `packing` (the Content-Encoding header).

    At most `limit` bytes, as sent and as unpacked: a small answer that unpacks to gigabytes never takes more memory
    than that. `check_time` is called between parts and may raise. Raises `BodyError`.
    """
    unpack = _Unpacking(packing, limit)
    sent = 0
    for part in parts:
        check_time()
        sent += len(part)
        if sent > limit:
            raise _too_large(limit)
        unpack.add(part)
    return unpack.whole()


class _Unpacking:
    """Unpacks a body part by part, within the limit."""

    def __init__(self, packing: str, limit: int) -> None:
        self._limit = limit
        self._body = bytearray()
        self._packing = packing.strip().lower()
        self._unpacker = self._new(self._packing)
        self._is_started = False

    def add(self, part: bytes) -> None:
        if self._unpacker is None:
            self._keep(part)
            return
        self._is_started = self._is_started or bool(part)
        rest = part
        while rest and not self._unpacker.eof:
            try:
                self._keep(self._unpacker.decompress(rest, _BLOCK))
            except zlib.error:
                self._retry_as_raw()
                rest = part
                continue
            rest = self._unpacker.unconsumed_tail

    def whole(self) -> bytes:
        """The body. Raises `BodyError` where its end is missing."""
        if self._unpacker is not None and self._is_started and not self._unpacker.eof:
            raise BodyError("the answer breaks off before its end", is_final=False)
        return bytes(self._body)

    def _retry_as_raw(self) -> None:
        """Some servers send `deflate` without the header that it should have."""
        if self._packing != "deflate" or self._body:
            raise BodyError("the answer cannot be unpacked", is_final=False)
        self._packing = "raw"
        self._unpacker = zlib.decompressobj(-zlib.MAX_WBITS)

    def _keep(self, block: bytes) -> None:
        self._body += block
        if len(self._body) > self._limit:
            raise _too_large(self._limit)

    @staticmethod
    def _new(packing: str) -> zlib._Decompress | None:
        if packing in ("", "identity"):
            return None
        if packing in ("gzip", "x-gzip"):
            return zlib.decompressobj(16 + zlib.MAX_WBITS)
        if packing == "deflate":
            return zlib.decompressobj()
        raise BodyError(f"the answer is packed as {packing[:20]!r}, which was not asked for", is_final=True)


def _too_large(limit: int) -> BodyError:
    return BodyError(f"the answer is larger than {limit / 1e6:g} MB", is_final=True)
