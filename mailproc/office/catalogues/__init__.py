"""Catalogues are asked who holds an item: on demand, at entry, and for new requests."""
