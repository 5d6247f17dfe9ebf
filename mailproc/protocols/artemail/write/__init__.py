"""From APDUs to order files, status reports and receipts, each read back before it leaves."""
