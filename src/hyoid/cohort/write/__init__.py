"""Cohorts written in the layouts that are read: the challenge's patient folders, and nnU-Net's raw data."""

from hyoid.cohort.write.hecktor import write_hecktor
from hyoid.cohort.write.nnunet import write_nnunet
from hyoid.cohort.write.place import Images, LabelsOf, WrittenCohort

__all__ = ["Images", "LabelsOf", "WrittenCohort", "write_hecktor", "write_nnunet"]
