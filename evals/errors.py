"""Errors of the evaluations.

EvalError
├── CaseError    a case that is badly written, or a suite that is not there
└── FactError    a fact that this workspace's tables cannot give
"""

from __future__ import annotations

from copilot.errors import CopilotError


class EvalError(CopilotError):
    """Root of everything this package raises."""


class CaseError(EvalError):
    """A case or suite that cannot be used."""


class FactError(EvalError):
    """What a case expects cannot be worked out from the tables: another workspace than the case is about."""
