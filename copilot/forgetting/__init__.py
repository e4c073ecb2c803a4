"""Forgetting, across everything a workspace holds: tables, index, briefs, threads, files."""
