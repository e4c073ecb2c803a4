"""A model behind an OpenAI-compatible server, and what a planner reads when it fails."""

from __future__ import annotations

import httpx2
import openai
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from copilot.errors import ModelError
from copilot.settings import LlmSettings

_NO_KEY = SecretStr("none")
"""Servers of one's own often check no key, but the client wants one."""


def make_served_model(settings: LlmSettings) -> ChatOpenAI:
    """The client of the model that `settings` name; nothing is sent yet."""
    return ChatOpenAI(
        model=settings.model,
        base_url=settings.base_url or None,
        api_key=settings.api_key or _NO_KEY,
        temperature=settings.temperature,
        timeout=settings.timeout_s,
        max_retries=2,
        # A connection that is kept open belongs to one event loop; the next question may come on another.
        http_async_client=httpx2.AsyncClient(
            timeout=settings.timeout_s, limits=httpx2.Limits(max_keepalive_connections=0)
        ),
        stream_usage=True,
        # Other servers know the chat completions only.
        use_responses_api=False if settings.base_url else None,
    )


def model_error(error: Exception, settings: LlmSettings) -> ModelError:
    """What the planner reads in place of the client's error: which model, what happened, what to do."""
    where = settings.base_url or "OpenAI"
    what, remedy = _explained(error)
    return ModelError(f'Model "{settings.model}" at {where} {what}. {remedy}')


def _explained(error: Exception) -> tuple[str, str]:
    for kind, what, remedy in _EXPLANATIONS:
        if isinstance(error, kind):
            return what, remedy
    status = f" (status {error.status_code})" if isinstance(error, openai.APIStatusError) else ""
    return f"failed{status}", 'Try again, or use model = "offline".'


_EXPLANATIONS: tuple[tuple[type[openai.OpenAIError], str, str], ...] = (
    (openai.AuthenticationError, "refused the key", "Check REASSORT_LLM__API_KEY."),
    (openai.PermissionDeniedError, "does not allow this key to use it", "Check the key's rights at the server."),
    (openai.NotFoundError, "is not known there", "Check the model's name and REASSORT_LLM__BASE_URL."),
    (openai.RateLimitError, "takes no more requests for now", "Try again in a minute."),
    (openai.BadRequestError, "did not understand the request", "Check that the server and the model take tool calls."),
    (openai.APITimeoutError, "did not answer in time", "Try again, or raise REASSORT_LLM__TIMEOUT_S."),
    (openai.APIConnectionError, "cannot be reached", "Check that it runs, and REASSORT_LLM__BASE_URL."),
    (openai.InternalServerError, "failed on its side", "Try again in a minute."),
)
"""Narrow kinds before the kinds that they belong to."""
