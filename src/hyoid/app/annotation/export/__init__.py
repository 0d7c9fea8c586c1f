"""Annotations written for others: NIfTI cohorts, nnU-Net raw data, RT Structure Sets and Segmentations."""

from hyoid.app.annotation.export.archive import zip_chunks
from hyoid.app.annotation.export.exports import Exported, Exports
from hyoid.app.annotation.export.request import ExportRequest

__all__ = ["ExportRequest", "Exported", "Exports", "zip_chunks"]
