"""The report: one self-contained HTML page that a person can read, print and send."""
