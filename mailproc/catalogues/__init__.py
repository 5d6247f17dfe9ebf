"""What catalogues say of an item, as values: SRU with MARCXML, DAIA, Z39.50. Pure."""
