"""Names of people in texts, found by a model."""
