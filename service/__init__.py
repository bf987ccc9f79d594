"""The Flask application: HTTP in front of a loaded bundle."""
