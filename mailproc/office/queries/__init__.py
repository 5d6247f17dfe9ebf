"""Queries of staff about requests, letters and timers. Reads only."""
