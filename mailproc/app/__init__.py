"""The only place that knows everybody: builds the parts, wires them, starts and stops the daemon."""
