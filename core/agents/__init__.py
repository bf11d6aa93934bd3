"""The hosts: how they become known, what they tell, what they are told."""
