"""What staff do with a request: each act is an event and its step."""
