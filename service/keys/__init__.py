"""Keys: who may call which routes, and how often."""
