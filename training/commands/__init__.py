"""The commands of offline jobs, one a file."""
