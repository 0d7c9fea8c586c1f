"""A bundle is data: weights as safetensors, everything else JSON or YAML, everything hashed."""

from hyoid.bundle.bundle import UPSTREAM, Bundle, load_bundle, load_network
from hyoid.bundle.write import write_bundle

__all__ = ["UPSTREAM", "Bundle", "load_bundle", "load_network", "write_bundle"]
