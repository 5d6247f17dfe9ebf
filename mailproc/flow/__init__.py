"""The stations that a letter and a request pass, joined only by tables."""
