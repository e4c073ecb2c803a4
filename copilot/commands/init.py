"""`reassort init`."""

from __future__ import annotations

from pathlib import Path

import click

from copilot.commands.options import home_option, new_workspace, note
from copilot.settings import FILE_NAME
from ingestion.pseudonymise.keys import ensure_key
from ingestion.whole_files import written_whole

_FILE = """\
# Settings of this Reassort workspace. An environment variable wins over a line here: REASSORT_LLM__MODEL, ...
# Keep keys and passwords in the environment, not in this file.

# language = "fr"                 # of briefs: "en" or "fr"

# [llm]
# model = "offline"               # or a model of an OpenAI-compatible server
# base_url = "http://127.0.0.1:11434/v1"

# [index]
# url = "http://127.0.0.1:6333"   # a Qdrant server; unset: the embedded index

# [lake]
# url = "s3://bucket/lake"        # unset: lake/ in this folder
# warehouse_url = "postgres://..."  # unset: retail reads go to the lake

# [planning]
# service_level = 0.9

# [posts.crawl]
# contact = "mailto:data@example.com"  # who answers for what is crawled
# [posts.sources.blog]            # read by `reassort ingest` and `reassort run daily`: docs/sources.md
# kind = "feed"                   # or "json", "reddit", "file"
# url = "https://blog.example.com/feed.xml"
"""


@click.command()
@home_option
def init(home: Path) -> None:
    """Make a workspace: its folder, its settings file and its pseudonym key."""
    workspace = new_workspace(home)
    workspace.home.mkdir(parents=True, exist_ok=True)
    settings_file = workspace.home / FILE_NAME
    if not settings_file.exists():
        with written_whole(settings_file) as draft:
            draft.write_text(_FILE, encoding="utf-8")
    key_file = ensure_key(workspace.settings.pseudonym, workspace.home)
    note(f"Settings: {settings_file}")
    note(f"Pseudonym key: {key_file}. Keep a copy apart from the data: without it, authors cannot be found again.")
    click.echo(str(workspace.home))
