"""The YAML files that the packages carry as data, and files in their form.

Read by libyaml where PyYAML was built with it, in a tenth of the time: the phrases and words of one answer are half a
megabyte of YAML.
"""

from __future__ import annotations

from importlib.resources.abc import Traversable
from typing import Any

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(file: Traversable) -> Any:
    """The content of a file, which the caller turns into types at once. Raises `yaml.YAMLError`."""
    return yaml.load(file.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - both are safe loaders
