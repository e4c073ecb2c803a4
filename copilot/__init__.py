"""What planners and merchandisers see: signals, plans, briefs, the agent and its pages."""
