"""What-ifs: the same model with changed inputs, against the forecast as it stands."""
