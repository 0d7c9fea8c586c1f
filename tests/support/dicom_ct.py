"""CT series written for tests with pydicom alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

from hyoid.geometry import Volume
from support.dicom_dose import FRAME


def write_ct(folder: Path, ct: Volume, *, frame: str = FRAME, patient: str = "P1", **elements: Any) -> list[Path]:
    """Write a CT (HU) slice by slice, in a scrambled order of names; stored numbers are HU + 1024."""
    folder.mkdir(parents=True, exist_ok=True)
    series, study = generate_uid(None), generate_uid(None)
    files = []
    for k in np.random.default_rng(0).permutation(len(ct.array)).tolist():
        dataset = FileDataset("", {}, preamble=b"\0" * 128, is_implicit_VR=False, is_little_endian=True)
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = CTImageStorage
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = generate_uid(None)
        dataset.Modality, dataset.PatientID, dataset.SeriesInstanceUID = "CT", patient, series
        dataset.StudyInstanceUID, dataset.FrameOfReferenceUID = study, frame
        dataset.ImagePositionPatient = [f"{v:.6g}" for v in ct.grid.to_world([0, 0, k])]
        row, column = ct.grid.matrix[:, 0], ct.grid.matrix[:, 1]
        dataset.ImageOrientationPatient = [f"{v:.9g}" for v in (*row, *column)]
        dataset.PixelSpacing = [f"{ct.grid.spacing[1]:.8g}", f"{ct.grid.spacing[0]:.8g}"]
        dataset.SliceThickness = f"{ct.grid.spacing[2]:.8g}"
        dataset.Rows, dataset.Columns = ct.array.shape[1:]
        dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
        dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 16, 15, 0
        dataset.RescaleSlope, dataset.RescaleIntercept = 1, -1024
        dataset.PixelData = np.rint(np.clip(ct.array[k], -1024, 3000) + 1024).astype("<u2").tobytes()
        for keyword, value in elements.items():
            setattr(dataset, keyword, value)
        path = folder / f"{len(files):04d}.dcm"
        dataset.save_as(path, enforce_file_format=True)
        files.append(path)
    return files
