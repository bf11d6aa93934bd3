// One choice among a few, as chips. `chips`: [key, word, count?].
import classes from "./Chips.module.css";

export function Chips({ label, chips, chosen, onChoose }) {
  return (
    <div className={classes.chips} role="group" aria-label={label}>
      {chips.map(([key, word, count]) => (
        <button key={key} type="button" className={classes.chip} aria-pressed={key === chosen} onClick={() => onChoose(key)}>
          {word}{" "}
          {count != null && <span className={classes.count}>{count}</span>}
        </button>
      ))}
    </div>
  );
}
