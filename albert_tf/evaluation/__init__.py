"""Scores of predictions; plain arrays and strings in, no models."""
