"""SLNP: the lines that Germany's central servers (ZFL) and the systems of libraries exchange."""
