"""The only SQL: the tables, what is asked of them, and the one writer."""
