"""Encoders of the clinical record."""
