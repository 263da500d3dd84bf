"""How a language writes moments, where that is not as Django has it."""
