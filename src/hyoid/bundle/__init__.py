"""A bundle is data: weights as safetensors, everything else JSON or YAML, everything hashed."""

from hyoid.bundle.bundle import Bundle, load_bundle, load_network, write_bundle

__all__ = ["Bundle", "load_bundle", "load_network", "write_bundle"]
