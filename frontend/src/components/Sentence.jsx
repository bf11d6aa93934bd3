// A sentence of the server. Instance ids in it are kept on one line: a hyphen is no place to break them. Where many sentences
// stand below each other the ids are `short`: their last letters, the whole on pointing.
import classes from "./Sentence.module.css";

const INSTANCE_ID = /(\bi-[0-9a-f]{8,17}\b)/;

export function Sentence({ children: text, short = false }) {
  const parts = text.split(INSTANCE_ID);
  return parts.map((part, n) =>
    n % 2 ? (
      <span key={n} className={classes.id} title={short ? part : undefined}>
        {short ? `i-…${part.slice(-5)}` : part}
      </span>
    ) : (
      part
    ),
  );
}
