"""What administrators do with the store: copies of it, and going on after one was put back."""
