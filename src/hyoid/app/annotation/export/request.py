"""What is to be exported, and how."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from hyoid.settings import Settings

Format = Literal["nifti", "nnunet", "rtstruct", "seg"]
Source = Literal["author", "staple", "majority"]


class ExportRequest(Settings):
    """What is to be exported, and how."""

    format: Format = Field(description="Layout of the files.")
    state: Literal["draft", "submitted", "reviewed", "accepted"] = Field(
        "accepted", description="The least state that a version must be in."
    )
    source: Source = Field("author", description="One author's contours, or a consensus of all authors'.")
    author: str | None = Field(None, max_length=200, description="Whose contours; none: of cases with one author.")
    images: Literal["link", "copy", "none"] = Field(
        "link", description="Whether images are linked, copied, or left out (NIfTI alone)."
    )

    @model_validator(mode="after")
    def _fits(self) -> ExportRequest:
        if self.author is not None and self.source != "author":
            raise ValueError(f"a consensus ({self.source}) is of all authors; leave out author '{self.author}'")
        if self.format == "nnunet" and self.images == "none":
            raise ValueError("nnU-Net wants images: choose link or copy")
        return self
