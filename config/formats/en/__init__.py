"""English moments."""
