"""What the sweeps do from rows: incidents, replicas, zombies, losses."""
