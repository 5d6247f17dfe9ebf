"""Changes one thing of the program at a time and sees whether a test notices: ``make mutants``."""
