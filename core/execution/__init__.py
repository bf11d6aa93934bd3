"""Orders to AWS, carried out once, and what AWS says of the machines afterwards."""
