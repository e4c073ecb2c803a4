"""Chainlit's page without what it would load from elsewhere, and the policy that keeps it so."""

from __future__ import annotations

import base64
import hashlib
import re

_EXTERNAL_LINK = re.compile(r"""\s*<link\b[^>]*\bhref=["']https?://[^>]*>""", re.IGNORECASE)
_EXTERNAL_META = re.compile(r"""\s*<meta\b[^>]*\bcontent=["']https?://[^>]*>""", re.IGNORECASE)
_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def without_external(html: str) -> str:
    """The page without links and metadata that name another host: fonts, styles, pictures."""
    return _EXTERNAL_META.sub("", _EXTERNAL_LINK.sub("", html))


def page_policy(html: str) -> str:
    """Content security policy of the page: scripts of this service and its own inline ones, nothing from elsewhere.

    Inline styles stay allowed: its components set them. Blobs are its own workers and downloads.
    """
    hashes = " ".join(f"'sha256-{_digest(script)}'" for script in _INLINE_SCRIPT.findall(html))
    return (
        f"default-src 'none'; script-src 'self' {hashes}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:;"
        " font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    )


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode()
