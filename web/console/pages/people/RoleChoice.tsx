import type { Member } from "../../../generated/console";
import { ROLES } from "./staff";
import { say } from "./texts";

type Role = Member["role"];

/** The roles with what each may do: nobody should have to remember it. */
export function RoleChoice({ value, choose }: { value: Role; choose: (role: Role) => void }) {
  return (
    <fieldset class="roles">
      <legend>{say("role")}</legend>
      {ROLES.map((role) => (
        <label key={role}>
          <input
            type="radio"
            name="role"
            value={role}
            data-testid={`role-${role}`}
            checked={value === role}
            onChange={() => choose(role)}
          />
          <span>
            <b>{say(`role_${role}`)}</b>
            <small>{say(`role_${role}_hint`)}</small>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
