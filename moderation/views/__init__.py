"""The pages of the console, one module a page. Each view stands behind `gate.console`."""
