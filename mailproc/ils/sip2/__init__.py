"""SIP2 (3M Standard Interchange Protocol 2.00): lines of text over TCP, asked for patrons."""
