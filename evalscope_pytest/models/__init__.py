"""Models behind one protocol, one file per provider."""
