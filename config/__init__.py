"""How the parts of Stoa are put together and run."""
