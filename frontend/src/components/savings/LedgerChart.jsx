// Net savings by day: what Spot saved stands on the line, what that cost hangs below it.
import classes from "./LedgerChart.module.css";
import { LINES, dayName, everyDay, parts } from "./words.js";
import { gain, usd } from "../../services/money.js";
import { plural } from "../../services/format.js";

export function LedgerChart({ savings, chosen, onChoose }) {
  const days = everyDay(savings);
  const top = Math.max(...days.map((day) => parts(day).saved), 0);
  const bottom = Math.max(...days.map(below), 0);
  const whole = top + bottom || 1;
  const scale = { axis: `${(100 * bottom) / whole}%`, share: (value) => `${(100 * value) / whole}%` };
  return (
    <figure className={classes.figure}>
      <div className={classes.frame}>
        <div className={classes.scale} aria-hidden>
          <span>{usd(top)}</span>
          {bottom > top / 12 && <span>−{usd(bottom)}</span>}
        </div>
        <div className={classes.bars} role="group" aria-label={sentence(savings, days)} style={{ "--days": days.length }}>
          <div className={classes.axis} style={{ bottom: scale.axis }} aria-hidden />
          {days.map((day) => (
            <Bar key={day.period} day={day} scale={scale} isChosen={day.period === chosen} onChoose={onChoose} />
          ))}
        </div>
        <div className={classes.ends} aria-hidden>
          <span>{dayName(days[0].period)}</span>
          <span>{dayName(days.at(-1).period)}</span>
        </div>
      </div>
      <Legend days={days} />
    </figure>
  );
}

function Bar({ day, scale, isChosen, onChoose }) {
  const { saved, dearer, losses } = parts(day);
  const words = `${dayName(day.period)}: net ${gain(day.net)}`;
  if (day.isEmpty) return <span className={classes.day} title={`${dayName(day.period)}: nothing booked`} />;
  let depth = 0;
  const hanging = [["actual", dearer], ...losses].filter(([, value]) => value > 0);
  return (
    <button type="button" className={classes.day} title={words} aria-label={words} aria-pressed={isChosen} onClick={() => onChoose(day.period)}>
      <span className={classes.part} data-line="saved" style={{ bottom: scale.axis, height: scale.share(saved) }} />
      {hanging.map(([line, value]) => {
        const style = { top: `calc(100% - ${scale.axis} + ${scale.share(depth)})`, height: scale.share(value) };
        depth += value;
        return <span key={line} className={classes.part} data-line={line} style={style} />;
      })}
    </button>
  );
}

function Legend({ days }) {
  const lost = ["overlap", "fallback_premium", "zombie_burn"].filter((line) => days.some((day) => day[line] > 0));
  return (
    <figcaption className={classes.legend}>
      <Key line="saved" word="Saved by Spot" />
      {days.some((day) => parts(day).dearer > 0) && <Key line="actual" word="Dearer than On-Demand" />}
      {lost.map((line) => (
        <Key key={line} line={line} word={LINES[line]} />
      ))}
    </figcaption>
  );
}

function Key({ line, word }) {
  return (
    <span>
      <span className={classes.key} data-line={line} aria-hidden />
      {word}
    </span>
  );
}

function below(day) {
  const { dearer, losses } = parts(day);
  return dearer + losses.reduce((sum, [, value]) => sum + value, 0);
}

function sentence({ total }, days) {
  const booked = days.filter((day) => !day.isEmpty).length;
  return `Net ${gain(total.net)} on ${plural(booked, "day")} with bookings. The same figures stand in the table below.`;
}
