"""Persons who may use the desk: who they are, and how they log in."""
