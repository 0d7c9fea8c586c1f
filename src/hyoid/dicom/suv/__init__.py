"""SUV from the headers of a PET series: by body weight, and from there by lean body mass, surface or ideal weight."""

from hyoid.dicom.suv.compute import suv_of
from hyoid.dicom.suv.given import GivenValues
from hyoid.dicom.suv.result import SUV_KINDS, Suv, SuvInputs

__all__ = ["SUV_KINDS", "GivenValues", "Suv", "SuvInputs", "suv_of"]
