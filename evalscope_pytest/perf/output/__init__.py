"""What a load test leaves: tables, the HTML page, records, comparisons, progress."""
