"""The desk: pages for staff in a browser. It asks the office, and knows nothing behind it."""
