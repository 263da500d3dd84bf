"""Where Stoa's figures come from: light clients and what they measure. `python -m benchmarks` runs all."""
