"""The training report: figures in one plain object, a page for people, the same as JSON."""
