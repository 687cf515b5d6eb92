"""What is made of the scores: report model, console table, comparison, gates."""
