"""The outside world: AWS behind small classes, its errors in sets, and the simulator."""
