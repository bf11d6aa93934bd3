"""AWS's own events, whatever brought them, into the rows the emergencies are made of."""
