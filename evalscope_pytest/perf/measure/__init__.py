"""What a load test measures: requests, results, service level objectives, validity."""
