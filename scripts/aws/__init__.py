"""Single acts on AWS by hand; each is a dry run unless --apply is given, and an order to the executor when it is."""
