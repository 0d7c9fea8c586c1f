"""Structure sets and segmentations, in and out; the report of a prediction."""

from hyoid.dicom.structures.carry import carried, read_transform
from hyoid.dicom.structures.masks import StructureLabels, read_regions, region_names, structure_labels
from hyoid.dicom.structures.names import NameMatch, NameRules, read_name_rules
from hyoid.dicom.structures.origin import Algorithm, algorithm_of, check_volumes, labels_of
from hyoid.dicom.structures.reference import ReferenceSeries, read_reference_series, series_of
from hyoid.dicom.structures.region import RegionMask, region_mask
from hyoid.dicom.structures.report import listed_lesions, write_report
from hyoid.dicom.structures.report_groups import LesionMeasures
from hyoid.dicom.structures.segments import Segment, SegmentSet, read_segmentation
from hyoid.dicom.structures.structure_set import Contour, Roi, StructureSet, read_structure_set
from hyoid.dicom.structures.write_rtstruct import write_rtstruct
from hyoid.dicom.structures.write_seg import write_seg

__all__ = [
    "Algorithm",
    "Contour",
    "LesionMeasures",
    "NameMatch",
    "NameRules",
    "ReferenceSeries",
    "RegionMask",
    "Roi",
    "Segment",
    "SegmentSet",
    "StructureLabels",
    "StructureSet",
    "algorithm_of",
    "carried",
    "check_volumes",
    "labels_of",
    "listed_lesions",
    "read_name_rules",
    "read_reference_series",
    "read_regions",
    "read_segmentation",
    "read_structure_set",
    "read_transform",
    "region_mask",
    "region_names",
    "series_of",
    "structure_labels",
    "write_report",
    "write_rtstruct",
    "write_seg",
]
