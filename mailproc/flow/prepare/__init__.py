"""From an intent to the bytes of a letter: messages for machines, notices for people."""
