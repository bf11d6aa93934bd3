"""The product on a real database, and on the simulated AWS where it speaks to AWS."""
