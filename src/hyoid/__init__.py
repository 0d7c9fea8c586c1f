"""hyoid: PET/CT and clinical AI in head and neck cancer. Research use only, not a medical device."""

__version__ = "0.1.0.dev0"
