"""From the lines of a letter to orders, replies and receipts."""
