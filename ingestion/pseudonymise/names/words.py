"""Words of a text: runs of letters and digits, as the tokenizer splits them too."""

from __future__ import annotations

import re

WORD = re.compile(r"[^\W_]+")
