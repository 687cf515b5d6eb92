"""Checks of services that sell a model: calls and their decision, faults of a deployment, parameters refused."""
