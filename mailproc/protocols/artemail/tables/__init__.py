"""The words of ARTEmail as data: keywords, reply codes, phrases and their patterns."""
