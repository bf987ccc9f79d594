"""Finding customers who buy alike."""
