"""Aspects of articles in what customers write, and how they speak of them."""
