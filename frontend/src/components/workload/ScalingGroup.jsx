// The Auto Scaling group a workload's machine is in, and how far it has taken the place of the one before.
import classes from "../../pages/Page.module.css";
import { Sentence } from "../Sentence.jsx";

export function ScalingGroup({ group }) {
  if (!group) return null;
  const { exchange } = group;
  return (
    <p className={classes.sentence}>
      {group.is_member ? "Member of" : "Beside"} the Auto Scaling group <strong>{group.name}</strong>
      {group.seen_at && ` (wants ${group.desired}, from ${group.min_size} to ${group.max_size})`}
      {exchange && exchange.state !== "done" ? (
        <>
          : <Sentence>{`${exchange.sentence}.`}</Sentence>
        </>
      ) : (
        "."
      )}
    </p>
  );
}
