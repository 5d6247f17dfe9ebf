"""What the desk asks and does: each page as values in words, and the acts of a person who is logged in."""
