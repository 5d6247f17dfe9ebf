"""Components of the ASN.1 module and their neutral fields, both directions in one place."""
