// What moved since a plan was made: before and after.
import classes from "./Plans.module.css";
import { FIELDS } from "./words.js";
import { nameOf } from "../pools/words.js";
import { MISSING, unitPrice } from "../../services/format.js";

export function Drift({ drift }) {
  return (
    <table className={classes.drift}>
      <thead>
        <tr>
          <th scope="col">What moved</th>
          <th scope="col">When planned</th>
          <th scope="col">Found</th>
        </tr>
      </thead>
      <tbody>
        {Object.entries(drift).filter(([field]) => field !== "primary").map(([field, { before, after }]) => (
          <tr key={field}>
            <th scope="row">{FIELDS[field] ?? field}</th>
            <td>{shown(field, before)}</td>
            <td>{shown(field, after)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function shown(field, value) {
  if (value == null) return MISSING;
  if (field.endsWith("price")) return unitPrice(value);
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (field.endsWith("pool_id")) return nameOf(value);
  return String(value);
}
