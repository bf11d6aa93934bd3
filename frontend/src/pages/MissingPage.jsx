// An address that leads nowhere.
import { Link } from "react-router";

import classes from "./Page.module.css";

export function MissingPage() {
  return (
    <header className={classes.head}>
      <div>
        <h1>This page does not exist</h1>
        <p className={classes.sentence}>
          The address may be old. <Link to="/">Go to the start.</Link>
        </p>
      </div>
    </header>
  );
}
