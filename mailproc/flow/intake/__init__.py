"""From a letter to events: the inbox row is done and its events are stored, in one commit."""
