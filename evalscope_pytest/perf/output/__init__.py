"""Output of load tests: tables, the HTML page, records, comparisons, progress."""
