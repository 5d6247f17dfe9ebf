"""Speed, measured side by side with yardsticks of the same run (docs/speed.md). Not installed."""
