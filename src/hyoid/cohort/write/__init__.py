"""Cohorts written in the layouts that are read: the challenge's patient folders, and nnU-Net's raw data."""

from hyoid.cohort.write.hecktor import write_hecktor
from hyoid.cohort.write.nnunet import write_nnunet
from hyoid.cohort.write.place import Images, LabelsOf, WrittenCohort, new_folder

__all__ = ["Images", "LabelsOf", "WrittenCohort", "new_folder", "write_hecktor", "write_nnunet"]
