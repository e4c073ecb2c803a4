"""What qdrant-client raises, as this package's errors, and which of it is worth another try."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from json import JSONDecodeError
from typing import TypeVar

from qdrant_client.common.client_exceptions import QdrantException, ResourceExhaustedResponse
from qdrant_client.http.exceptions import ApiException, ResponseHandlingException, UnexpectedResponse

from vectorstore.errors import Retryable, StoreRefusedError, StoreUnavailableError, VectorStoreError

RETRY_PAUSES_S = (0.2, 1.0)
"""Seconds to wait before the second and the third try of a call."""

_TRY_LATER = (408, 425, 429)

Result = TypeVar("Result")


def call_server(
    action: Callable[[], Result],
    *,
    url: str,
    pauses_s: Sequence[float] = RETRY_PAUSES_S,
    sleep: Callable[[float], None] = time.sleep,
) -> Result:
    """The action's result, tried again after each pause while the server is unavailable.

    The action must be safe to repeat. Raises `StoreUnavailableError` when the last try failed too, and
    `StoreRefusedError` at once.
    """
    remaining = iter(pauses_s)
    while True:
        try:
            return action()
        except (ApiException, QdrantException, JSONDecodeError) as error:
            mapped = map_error(error, url)
            pause = next(remaining, None)
            if pause is None or not isinstance(mapped, Retryable):
                raise mapped from error
            sleep(pause)


def map_error(error: ApiException | QdrantException | JSONDecodeError, url: str) -> VectorStoreError:
    """The package's error for one of qdrant-client's."""
    if isinstance(error, UnexpectedResponse):
        status = error.status_code or 0
        reason = f"HTTP {status} {error.reason_phrase}".strip()
        if 400 <= status < 500 and status not in _TRY_LATER:
            return StoreRefusedError(url, reason)
        return StoreUnavailableError(url, reason)
    if isinstance(error, ResponseHandlingException):
        return StoreUnavailableError(url, f"{type(error.source).__name__}: {error.source}".split("\n", 1)[0])
    if isinstance(error, JSONDecodeError):
        return StoreUnavailableError(url, "it answered with something other than JSON")
    if isinstance(error, ResourceExhaustedResponse):
        return StoreUnavailableError(url, "HTTP 429, it is asked too often")
    return StoreUnavailableError(url, f"{type(error).__name__}: {error}")
