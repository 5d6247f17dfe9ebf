"""From time to events: what is due, and what each timer depends on."""
