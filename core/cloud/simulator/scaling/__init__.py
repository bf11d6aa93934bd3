"""Auto Scaling: groups behind their own API, and what they do by themselves."""
