// Lines of the log, newest first; one line opens what else it says.
import classes from "./LogLines.module.css";
import { Mark } from "../Sign.jsx";
import { Time } from "../Time.jsx";

const LEVELS = {
  error: { word: "Error", color: "red" },
  warning: { word: "Warning", color: "orange" },
  success: { word: "Done", color: "teal" },
  info: { word: "Note", color: "gray" },
  debug: { word: "Detail", color: "gray" },
};

export function LogLines({ lines, onRequest }) {
  return (
    <ol className={classes.lines} aria-label="Lines, newest first">
      {lines.map((line) => (
        <Line key={line.id} line={line} onRequest={onRequest} />
      ))}
    </ol>
  );
}

function Line({ line, onRequest }) {
  const more = Object.entries(line.fields);
  return (
    <li>
      <span className={classes.when}>
        <Time at={line.at} precise />
      </span>
      <span className={classes.level}>
        <Mark {...(LEVELS[line.level] ?? LEVELS.info)} />
      </span>
      <div className={classes.says}>
        <p>{line.message}</p>
        <p className={classes.facts}>
          {line.component} · {line.process}
          {line.request_id && (
            <>
              {" · "}
              <button type="button" className={classes.request} onClick={() => onRequest(line.request_id)} title="Only lines of this request">
                {line.request_id}
              </button>
            </>
          )}
        </p>
        {more.length > 0 && (
          <details>
            <summary>More</summary>
            <dl>
              {more.map(([name, value]) => (
                <div key={name}>
                  <dt>{name.replaceAll("_", " ")}</dt>
                  <dd>{name === "traceback" ? <pre tabIndex={0}>{value}</pre> : String(value)}</dd>
                </div>
              ))}
            </dl>
          </details>
        )}
      </div>
    </li>
  );
}
