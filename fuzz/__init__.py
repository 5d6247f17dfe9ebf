"""Mutated letters against everything that reads what a stranger sends."""
