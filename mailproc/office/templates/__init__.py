"""Previews, checks and trials of templates and patterns."""
