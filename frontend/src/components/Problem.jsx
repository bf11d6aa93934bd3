// Something went wrong: what, in words; calm in its colour, read aloud at once.
import classes from "./Problem.module.css";

export function Problem({ title, children }) {
  return (
    <div className={classes.problem} role="alert">
      {title && <strong>{title}</strong>}
      {children}
    </div>
  );
}
