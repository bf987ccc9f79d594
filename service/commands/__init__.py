"""The commands of the service, one a file."""
