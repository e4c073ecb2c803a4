"""The demo retailer: a seeded, deterministic fashion retailer with the truth that it was made from."""

from ingestion.demo.retailer import Demo, build_demo
from ingestion.demo.size import DemoSize, parse_size
from ingestion.demo.truth import Truth

__all__ = ["Demo", "DemoSize", "Truth", "build_demo", "parse_size"]
