"""The chat model that the settings name: the offline one, or any OpenAI-compatible server."""

from __future__ import annotations

from langchain_core.language_models import BaseChatModel

from copilot.agent.offline.model import OfflineModel
from copilot.errors import ModelError
from copilot.settings import LlmSettings

OFFLINE = "offline"


def make_model(settings: LlmSettings) -> BaseChatModel:
    """The model of `settings`. Raises `ModelError` where a key is missing; nothing is sent anywhere yet."""
    if settings.model == OFFLINE:
        return OfflineModel()
    if settings.api_key is None and not settings.base_url:
        raise ModelError(
            f'No key for model "{settings.model}". Set REASSORT_LLM__API_KEY, or use model = "offline". '
            "Looked in: --model, environment, reassort.toml."
        )
    from copilot.agent.served_model import make_served_model  # its client takes a second to load

    return make_served_model(settings)


def errors_of(settings: LlmSettings) -> tuple[type[Exception], ...]:
    """What the model's own client raises: nothing where it is the offline one."""
    if settings.model == OFFLINE:
        return ()
    from openai import OpenAIError

    return (OpenAIError,)


def explained(error: Exception, settings: LlmSettings) -> ModelError:
    """What the planner reads in place of one of `errors_of`: which model, what happened, what to do."""
    from copilot.agent.served_model import model_error

    return model_error(error, settings)
