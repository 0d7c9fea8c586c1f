"""The rules of `hyoid check`, one file per subject."""
