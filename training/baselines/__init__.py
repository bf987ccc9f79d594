"""Published and simple methods that the service's answers are compared with: arrays in, arrays out."""
