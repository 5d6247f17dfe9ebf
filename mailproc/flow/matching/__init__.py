"""Which transaction, partner and account a message is about."""
