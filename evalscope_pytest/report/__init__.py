"""Output made from the scores: report model, console table, comparison, gates."""
