"""Requests by group, one file each; every file has a `router`, and `all_routers` lists them."""
