"""How answers of the office are worded for staff: by the command line and by the desk alike."""
