"""What staff ask about requests, letters and timers. Reads only."""
