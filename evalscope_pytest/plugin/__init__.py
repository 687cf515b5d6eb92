"""The only folder that imports pytest: entry, options, collection, items, protocol, xdist, terminal."""
