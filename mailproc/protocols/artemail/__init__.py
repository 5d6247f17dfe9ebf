"""ARTEmail: order files, status reports and receipts as a codec."""
