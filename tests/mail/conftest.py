"""Hypothesis without a clock: the machine may be busy, and time is measured elsewhere."""

from hypothesis import settings

settings.register_profile("no clock", deadline=None)
settings.load_profile("no clock")
