// A token that enrols one new host within an hour.
import { Button, TextInput } from "@mantine/core";
import { useState } from "react";

import classes from "./Settings.module.css";
import { Secret } from "./Secret.jsx";
import { useEnrolmentToken } from "../../hooks/useOversight.js";
import { Problem } from "../Problem.jsx";

export function NewHost({ accounts }) {
  const [first] = accounts;
  const [account, setAccount] = useState(null);
  const [region, setRegion] = useState(null);
  const [shown, show] = useState(false);
  const make = useEnrolmentToken();
  const values = { account: account ?? first?.aws_account_id ?? "", region: region ?? first?.regions[0] ?? "us-east-1" };
  const submit = (event) => {
    event.preventDefault();
    make.mutate(values, { onSuccess: () => show(true) });
  };
  return (
    <form className={classes.form} onSubmit={submit}>
      <p className={classes.quiet}>The installer on the host takes a token that is good for one host, within the hour.</p>
      <TextInput label="AWS account" value={values.account} pattern="\d{12}" title="twelve digits" inputMode="numeric" required onChange={(event) => setAccount(event.currentTarget.value)} />
      <TextInput label="Region" value={values.region} pattern="[a-z0-9\-]{5,32}" required onChange={(event) => setRegion(event.currentTarget.value)} />
      {make.isError && <Problem>{make.error.message}</Problem>}
      <Button type="submit" variant="default" loading={make.isPending}>
        Make an enrolment token
      </Button>
      {shown && (
        <Secret title="An enrolment token" text="Give it to the installer of the agent on the new host." secret={make.data.token} onClose={() => show(false)} />
      )}
    </form>
  );
}
