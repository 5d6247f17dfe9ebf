"""The directory of partners: their addresses, and whose letters are paused."""
