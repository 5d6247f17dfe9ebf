"""From an event to the next state: one event, one step, one commit."""
