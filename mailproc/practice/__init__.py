"""The other half for trying: a British Library, partners, a customer, a relay and a mailbox."""
