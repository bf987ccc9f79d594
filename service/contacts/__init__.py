"""What the shop said to its customers, and what they said to that: caps, cooldowns, suppressions."""
