"""What falls due for a transaction, and what that depends on in the store."""
