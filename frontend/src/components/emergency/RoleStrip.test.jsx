import { screen } from "@testing-library/react";
import { expect, test } from "vitest";

import { RoleStrip } from "./RoleStrip.jsx";
import { show } from "../../test/render.jsx";

const instance = (id, role, changes) => ({
  instance_id: id,
  ec2_instance_id: `i-${id}`,
  role,
  instance_type: "m5.large",
  az_id: "use1-az6",
  lifecycle: "spot",
  launched_at: "2026-01-01T12:00:00Z",
  ended_at: null,
  ...changes,
});

test("who serves comes first, then who stands by and how far it is, then only the one that ended last", () => {
  const instances = [
    instance("1", "TERMINATED", { ended_at: "2026-01-01T10:00:00Z" }),
    instance("2", "TERMINATED", { ended_at: "2026-01-01T11:00:00Z" }),
    instance("3", "REPLICA"),
    instance("4", "PRIMARY"),
  ];
  show(<RoleStrip instances={instances} replica={{ ec2_instance_id: "i-3", status: "syncing" }} />);
  const [primary, replica, ended, ...more] = screen.getAllByRole("listitem").map((item) => item.textContent);
  expect(primary).toMatch(/^Primaryi-4/);
  expect(replica).toMatch(/^Replica · bootingi-3/);
  expect(ended).toMatch(/^Endedi-2/);
  expect(more).toEqual([]);
});
