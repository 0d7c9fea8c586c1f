"""The version, in a module of its own: rooms may name it without importing the package's verbs."""

__version__ = "0.1.0.dev0"
