"""Measures of how much two texts overlap: BLEU, ROUGE, embeddings."""
