"""The way to MySQL, the constraints, the procedures, the migrations."""
