"""Letters as values: read, composed, and recognised as bounces. Pure."""
