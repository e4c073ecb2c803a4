"""Briefs on disk: one HTML, Markdown and JSON file for each morning and language, each written in one step."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import cast

from copilot.briefs.records import Brief, BriefRef
from copilot.briefs.render import render_html, render_json, render_markdown
from copilot.settings import Language
from copilot.workspace import Workspace
from ingestion.whole_files import written_whole

_NAME = re.compile(r"brief-(\d{4}-\d{2}-\d{2})\.(en|fr)\.html")


def archive_brief(workspace: Workspace, brief: Brief) -> BriefRef:
    """Write the brief in its three forms, replacing an earlier one of the same morning and language."""
    ref = _ref(workspace.briefs_path, brief.as_of, brief.language)
    workspace.briefs_path.mkdir(parents=True, exist_ok=True)
    forms = ((ref.path_json, render_json), (ref.path_md, render_markdown), (ref.path_html, render_html))
    for path, render in forms:
        with written_whole(path) as draft:
            draft.write_text(render(brief), encoding="utf-8")
    return ref


def list_briefs(workspace: Workspace) -> list[BriefRef]:
    """The archived briefs, newest first, then by language."""
    folder = workspace.briefs_path
    if not folder.is_dir():
        return []
    found = [match for path in folder.iterdir() if (match := _NAME.fullmatch(path.name))]
    refs = [_ref(folder, date.fromisoformat(match[1]), cast(Language, match[2])) for match in found]
    return sorted(refs, key=lambda ref: (-ref.as_of.toordinal(), ref.language))


def _ref(folder: Path, as_of: date, language: Language) -> BriefRef:
    stem = folder / f"brief-{as_of.isoformat()}.{language}"
    return BriefRef(
        as_of=as_of,
        language=language,
        path_html=stem.with_name(stem.name + ".html"),
        path_md=stem.with_name(stem.name + ".md"),
        path_json=stem.with_name(stem.name + ".json"),
    )
