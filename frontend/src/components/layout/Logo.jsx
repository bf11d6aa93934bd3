// The name, with its mark: one thing handed over to the other.
import classes from "./Logo.module.css";

export function Logo() {
  return (
    <span className={classes.logo}>
      <img src="/favicon.svg" width="26" height="26" alt="" />
      <span className={classes.word}>Spot Optimizer</span>
    </span>
  );
}
