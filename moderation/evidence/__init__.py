"""Evidence at rest: the keys of cases, sealed files opened and proven, and what a player is given."""
