"""The pages for readers: who is signed in, what they may see of their own, and what they ask of staff."""
