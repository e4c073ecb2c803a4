"""The register of processing: what is processed of people, why, on what basis, how long and where (GDPR Art. 30)."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

import polars as pl

from copilot.workspace import Workspace
from ingestion.pseudonymise.keys import key_location
from ingestion.urls import without_secrets

_OPENAI = "api.openai.com"


@dataclass(frozen=True, kw_only=True)
class ProcessingEntry:
    """One kind of data on people."""

    name: str
    """Source of posts, or `chat threads`, `briefs`, `suppression list`."""
    data: str
    """What is held."""
    purpose: str
    legal_basis: str
    retention_days: int | None
    """None: as long as the request to be forgotten holds."""
    posts: int
    """Posts held; 0 for what is no source."""


@dataclass(frozen=True, kw_only=True)
class Register:
    """What a data protection officer asks for first."""

    entries: tuple[ProcessingEntry, ...]
    lake: str
    """Where tables are."""
    index: str
    """Where the search index is."""
    state: str
    """Where chat threads are."""
    briefs: str
    key: str
    """Where the pseudonym key is; never the key."""
    model: str
    """Which chat model answers, and where."""
    text_leaves: bool
    """Whether words of posts are sent to another machine: to a chat model or an index server."""
    min_authors: int
    """Nothing is shown that fewer authors are behind."""


def processing_register(workspace: Workspace) -> Register:
    """The register as configured and as held now, from the tables alone."""
    settings = workspace.settings
    llm, index = settings.llm, settings.index
    model_host = "" if llm.model == "offline" else (urlsplit(llm.base_url).hostname or _OPENAI)
    index_host = urlsplit(index.url).hostname or ""
    return Register(
        entries=(*_sources(workspace), *_others(workspace)),
        lake=without_secrets(workspace.lake.url),
        index=without_secrets(index.url) or str(workspace.index_path),
        state=str(workspace.state_path),
        briefs=str(workspace.briefs_path),
        key=key_location(settings.pseudonym, workspace.home),
        model=f"{llm.model} at {model_host}" if model_host else f"{llm.model} in this process",
        text_leaves=any(not _is_here(host) for host in (model_host, index_host) if host),
        min_authors=settings.privacy.min_authors,
    )


def register_markdown(register: Register) -> str:
    """The register as a page to file."""
    lines = [
        "# Register of processing",
        "",
        "| what | data | purpose | legal basis | kept |",
        "|---|---|---|---|---|",
        *(
            f"| {_cell(entry.name)} | {_cell(entry.data)} | {_cell(entry.purpose)} | {_cell(entry.legal_basis)} |"
            f" {kept(entry)} |"
            for entry in register.entries
        ),
        "",
    ]
    return "\n".join([*lines, *(f"- {line}" for line in where(register)), ""])


def where(register: Register) -> list[str]:
    """Where everything is, a line each."""
    return [
        f"Tables: {register.lake}",
        f"Search index: {register.index}",
        f"Chat threads: {register.state}",
        f"Briefs: {register.briefs}",
        f"Pseudonym key: {register.key}",
        f"Chat model: {register.model}",
        f"Words of posts {'are sent to another machine' if register.text_leaves else 'stay on this machine'}.",
        f"Nothing is shown that fewer than {register.min_authors} authors are behind.",
    ]


def kept(entry: ProcessingEntry) -> str:
    """How long, in words."""
    return "while the request holds" if entry.retention_days is None else f"{entry.retention_days} days"


def _sources(workspace: Workspace) -> list[ProcessingEntry]:
    privacy = workspace.settings.privacy
    found: dict[str, tuple[str, int]] = {}
    if workspace.lake.exists("posts"):
        counted = workspace.lake.scan("posts").group_by("source").agg(pl.col("kind").first(), posts=pl.len()).collect()
        found = {source: (kind, posts) for source, kind, posts in counted.sort("source").iter_rows()}
    names = [*found, *(name for name in privacy.sources if name not in found)]
    entries = []
    for name in names:
        kind, posts = found.get(name, ("", 0))
        own = privacy.sources.get(name)
        basis = privacy.review_legal_basis if kind == "review" else privacy.social_legal_basis
        entries.append(
            ProcessingEntry(
                name=name,
                data=f"{kind or 'unread'} posts: pseudonym, pseudonymised text, day, language, market, rating, product",
                purpose=(own.purpose if own else None) or privacy.purpose,
                legal_basis=(own.legal_basis if own else None) or basis,
                retention_days=privacy.retention_of(name),
                posts=posts,
            )
        )
    return entries


def _others(workspace: Workspace) -> list[ProcessingEntry]:
    privacy = workspace.settings.privacy
    staff = "Legitimate interest, GDPR Art. 6(1)(f): staff use a tool of their work"
    return [
        ProcessingEntry(
            name="chat threads",
            data="questions of staff, answers, quotes of pseudonymised posts",
            purpose="Answering planners' questions",
            legal_basis=staff,
            retention_days=privacy.thread_retention_days,
            posts=0,
        ),
        ProcessingEntry(
            name="briefs",
            data="quotes of pseudonymised posts, counts of authors",
            purpose=privacy.purpose,
            legal_basis="Legitimate interest, GDPR Art. 6(1)(f)",
            retention_days=privacy.brief_retention_days,
            posts=0,
        ),
        ProcessingEntry(
            name="suppression list",
            data="keyed digests of authors who asked to be forgotten, the day",
            purpose="Not storing their posts again",
            legal_basis="Legal obligation, GDPR Art. 6(1)(c) with Art. 17 and 21",
            retention_days=None,
            posts=0,
        ),
    ]


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
