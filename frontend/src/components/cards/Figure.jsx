// One figure with its label, and a quiet line that gives it meaning.
import classes from "./Figure.module.css";

// `feature` is the name under which others know these figures.
export function Figures({ columns, feature, children }) {
  return (
    <dl className={classes.row} data-feature-id={feature} style={{ "--columns": columns }}>
      {children}
    </dl>
  );
}

export function Figure({ label, value, note, tone }) {
  return (
    <div className={classes.figure}>
      <dt>{label}</dt>
      <dd data-tone={tone}>{value}</dd>
      {note && <dd className={classes.note}>{note}</dd>}
    </div>
  );
}
