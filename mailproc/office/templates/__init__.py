"""What staff ask about templates and patterns: previews, checks, trials."""
