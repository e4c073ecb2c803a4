"""Answers from evidence: one module a kind, each figure as it stands in the evidence, each sentence citing it."""
