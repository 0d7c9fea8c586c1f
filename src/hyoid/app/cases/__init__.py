"""Cohort and predictions as the page shows them: rows, panels, and volumes in canonical order."""
