"""Words for people: letters from templates, and the languages."""
