"""Tables, routines, migrations, and the private MariaDB of a default installation."""
