"""The look of the Word file."""
