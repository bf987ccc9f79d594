"""What became of recommendations: attributed events, exposures of both arms, and the uplift between them."""
