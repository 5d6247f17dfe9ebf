"""Timers of a transaction: when each falls due, and what that depends on in the store."""
