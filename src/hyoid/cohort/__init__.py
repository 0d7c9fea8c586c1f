"""Folders and tables become case records; nothing here knows a network."""

from hyoid.cohort.case import GTVN, GTVP, MODALITIES, Case

__all__ = ["GTVN", "GTVP", "MODALITIES", "Case"]
