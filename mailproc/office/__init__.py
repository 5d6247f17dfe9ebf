"""Queries and actions of staff, for the command line now and a web page later."""
