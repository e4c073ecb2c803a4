"""What a forecast rests on, in units that add up to it."""
