"""The only sockets: SMTP in and out, IMAP, DNS, and a folder for letters."""
