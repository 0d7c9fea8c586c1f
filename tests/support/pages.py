"""Reading what a report's page says."""


def unbroken(page: str) -> str:
    """Return HTML without the marks that keep the parts of a number together."""
    return page.replace("<span>", "").replace("</span>", "")
