"""The stations through which a letter and a request pass, joined only by tables."""
