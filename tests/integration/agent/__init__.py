"""The agent's own parts on the simulated metadata service and a real server."""
