"""Trains the packaged aspect model. Not needed to use it."""
