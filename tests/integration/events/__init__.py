"""AWS's own events: the door, the readers of the queues, and the simulated bus they come from."""
