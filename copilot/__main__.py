"""`python -m copilot`: the same as `reassort`."""

from copilot.cli import main

main()
