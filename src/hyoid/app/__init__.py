"""The web application: a cohort and its predictions in the browser, to be looked at and corrected."""
