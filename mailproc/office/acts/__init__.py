"""Actions of staff on a request: each is an event and its step."""
