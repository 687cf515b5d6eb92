"""Values, errors and canonical JSON: what every other package speaks in. Depends on nothing."""
