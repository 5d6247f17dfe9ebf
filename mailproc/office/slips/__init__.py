"""Slips on paper: which are to be printed, what they say, and that they were printed."""
