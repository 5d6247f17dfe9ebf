"""The only SQL: the tables, the queries, and the one writer."""
