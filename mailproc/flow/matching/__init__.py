"""Find the transaction, the partner and the account that a message is about."""
