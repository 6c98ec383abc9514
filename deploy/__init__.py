"""How Global PRS is brought to machines."""
