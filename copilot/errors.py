"""Errors of the copilot.

CopilotError
├── SettingsError        settings that do not fit together, or a file that cannot be read
├── WorkspaceError       a workspace that is missing or not one
├── NoDataError          a question that the data cannot answer (exit code 3)
├── AmbiguousError       a name that means more than one thing
├── UnknownNameError     a name that means nothing here
├── ModelError           the chat model cannot be made or failed
├── AspectModelError     the model that reads aspects cannot be loaded
├── UngroundedError      a text with figures that its evidence does not hold
└── ServiceInUseError    the service that owns the workspace did not answer
"""

from __future__ import annotations

from collections.abc import Sequence


class CopilotError(Exception):
    """Root of everything this package raises."""


class SettingsError(CopilotError):
    """Settings that cannot be used."""


class WorkspaceError(CopilotError):
    """A folder that is not a usable workspace."""

    def __init__(self, home: str, problem: str, remedy: str) -> None:
        super().__init__(f"Workspace {home!r}: {problem}. {remedy}")
        self.home = home


class NoDataError(CopilotError):
    """Nothing to answer from; the message says what is missing and how to bring it in."""


class AmbiguousError(CopilotError):
    """`text` names several things: ask which one."""

    def __init__(self, text: str, candidates: Sequence[str]) -> None:
        super().__init__(f"{text!r} may mean: {'; '.join(candidates)}. Which one?")
        self.text = text
        self.candidates = tuple(candidates)


class UnknownNameError(CopilotError):
    """`text` names nothing known; `closest` are near misses."""

    def __init__(self, text: str, kind: str, closest: Sequence[str]) -> None:
        hint = f" Closest: {'; '.join(closest)}." if closest else ""
        super().__init__(f"No {kind} is called {text!r}.{hint}")
        self.text = text
        self.kind = kind
        self.closest = tuple(closest)


class ModelError(CopilotError):
    """The chat model cannot be made or did not answer."""


class AspectModelError(CopilotError):
    """The model that reads aspects of posts, `signals.aspects.model`, cannot be used."""

    def __init__(self, model: str, problem: str) -> None:
        super().__init__(f"Aspect model {model!r}: {problem}.")
        self.model = model


class UngroundedError(CopilotError):
    """A text that states what its evidence does not hold; it is not shown."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(f"Not shown, because the evidence does not hold: {'; '.join(problems)}.")
        self.problems = tuple(problems)


class ServiceInUseError(CopilotError):
    """The workspace's index is open in a service that did not answer."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(
            f"The index of this workspace is open in the service at {url}, which did not answer: {reason}."
        )
        self.url = url
