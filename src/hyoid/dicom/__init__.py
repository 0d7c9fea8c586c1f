"""From the hospital's DICOM to volumes in HU, SUV and gray, label maps, and back."""
