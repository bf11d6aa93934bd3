// Who may pass: pages of a client need one in view, pages of the platform its administrator.
import { Navigate, Outlet, useLocation } from "react-router";

import { useSession } from "../../hooks/useSession.jsx";
import { Failure } from "../cards/Card.jsx";

const NOT_YOURS = { status: 403, message: "This page is the administrator’s. Sign in with the administrator’s token to see it." };

// The administrator begins at the platform; a link into a client's pages first asks which client.
export function ClientInView() {
  const { client_id: client } = useSession();
  const { pathname } = useLocation();
  if (client) return <Outlet />;
  return <Navigate to={pathname === "/" ? "/admin" : "/admin/clients"} replace />;
}

export function AdministratorsOnly() {
  const { isAdmin } = useSession();
  return isAdmin ? <Outlet /> : <Failure error={NOT_YOURS} />;
}
