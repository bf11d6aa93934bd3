// Who was told, and when.
import { Entries } from "./Timeline.jsx";

export function Told({ told }) {
  return <Entries entries={told.map(({ at, title }) => ({ at, text: title }))} />;
}
