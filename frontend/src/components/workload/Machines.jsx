// The role strip, each machine with its log one click away.
import { useState } from "react";

import { InstanceLog } from "./InstanceLog.jsx";
import { RoleStrip } from "../emergency/RoleStrip.jsx";

export function Machines({ instances, replica }) {
  const [read, setRead] = useState(null);
  return (
    <>
      <RoleStrip instances={instances} replica={replica} onRead={setRead} />
      <InstanceLog instance={read} onClose={() => setRead(null)} />
    </>
  );
}
