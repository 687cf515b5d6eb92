"""Values, errors and canonical JSON, which every other package uses. Depends on nothing."""
