"""Letters of labelled lines that programs write: web forms, and order mails with the fields of ISO 10161."""
