"""What a model is, in memory and on disk: immutable, arrays in, scores out."""
