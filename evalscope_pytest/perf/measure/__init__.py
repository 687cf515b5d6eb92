"""Measurements of load tests: requests, metrics, results, service level objectives, validity."""
