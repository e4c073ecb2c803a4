"""`reassort forecast --analogues`: what products without history are forecast from."""

from __future__ import annotations

from copilot.agent.offline.writing.launches import analogues
from copilot.agent.offline.writing.pieces import Page
from copilot.commands.forecast_reasons import print_page
from copilot.lookups.context import Context
from copilot.lookups.launches import launch_analogues
from copilot.lookups.scope import Scope
from copilot.settings import Language


def show_analogues(context: Context, scope: Scope, *, language: Language, as_json: bool) -> None:
    """Print the analogues of the new products in scope, as the tool, the chat and the API have them."""
    evidence = launch_analogues(context, scope, language=language)
    print_page(evidence, analogues(Page(evidence=evidence, language=language)), as_json=as_json)
