"""Long work over the API: how far it is, line by line, and in the last line what came of it."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from typing import Any

from fastapi.encoders import jsonable_encoder
from fastapi.responses import StreamingResponse
from starlette.exceptions import HTTPException

from copilot.web.problems import PACKAGE_ERRORS, failed, problem_of
from ingestion.progress import Progress

MEDIA_TYPE = "application/x-ndjson"
_LEAST_SHARE = 0.005
"""Of the whole, that a step has to move on by to be told again."""

_LOG = logging.getLogger(__name__)

Work = Callable[[Progress], Any]
"""Does the work, tells how far it is, and returns what came of it."""


def streamed(work: Work, *, alone: threading.Lock) -> StreamingResponse:
    """Lines of JSON: `{"progress": [step, done, total]}` as often as it helps, then one `{"result": ...}`, or one
    `{"problem": ...}`.

    The work goes on to its end whether anyone listens or not. Answers 409 where other work holds `alone`.
    """
    if not alone.acquire(blocking=False):
        raise HTTPException(409, "Posts are being brought in or mended already. Try again when that is done.")
    lines: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
    threading.Thread(target=_run, args=(work, lines, alone), name="long work", daemon=True).start()
    return StreamingResponse(_told(lines), media_type=MEDIA_TYPE)


def _run(work: Work, lines: SimpleQueue[dict[str, Any] | None], alone: threading.Lock) -> None:
    try:
        lines.put({"result": jsonable_encoder(work(_reporting(lines)))})
    except PACKAGE_ERRORS as error:
        lines.put({"problem": problem_of(error).model_dump()})
    except Exception as error:  # noqa: BLE001 - the thread's edge
        # The message may hold the words of a post: only its kind is told.
        _LOG.error("long work failed: %s", type(error).__name__)
        lines.put({"problem": failed().model_dump()})
    finally:
        alone.release()
        lines.put(None)


def _reporting(lines: SimpleQueue[dict[str, Any] | None]) -> Progress:
    last: dict[str, int] = {}

    def report(step: str, done: int, total: int) -> None:
        if step not in last or done >= total or done - last[step] >= _LEAST_SHARE * total:
            last[step] = done
            lines.put({"progress": [step, done, total]})

    return report


def _told(lines: SimpleQueue[dict[str, Any] | None]) -> Iterator[str]:
    while (line := lines.get()) is not None:
        yield json.dumps(line) + "\n"
