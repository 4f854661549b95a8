/** App roles: whether the registration can have those that routes require, and whether users have any. */
import { type Check, type CheckContext, type Finding, pass, unknown, warn } from '../check.ts'

/**
 * The registration itself cannot be read with a token of a user. What is known is `appRoles`, from which
 * `npm run register` makes them, what the routes of the running app require, and whom they refused.
 */
export const roles: Check = {
  id: 'roles',
  run: (context) => roleFindings(context),
}

function roleFindings({ config: { appRoles: listed }, roles: known }: CheckContext): Finding[] {
  const id = 'roles'
  const required = [...(known?.names ?? [])]
  if (required.length === 0) {
    const list = listed.length === 0 ? 'no role' : listed.join(', ')
    const reason = known
      ? `appRoles lists ${list}, and no route of this app requires a role.`
      : `appRoles lists ${list}. Which roles routes require is known while the app runs.`
    return [unknown(id, reason)]
  }
  const unlisted = required.filter((role) => !listed.includes(role))
  if (unlisted.length > 0) {
    const reason = `Routes require ${unlisted.join(', ')}, and appRoles does not list it, so npm run register does not make it. Unless somebody else did, nobody has it.`
    const copy = `"appRoles": ${JSON.stringify([...listed, ...unlisted])}`
    const next = `Set ${copy} in aad.config.json, run npm run register, and assign the role.`
    return [{ ...warn(id, reason, next, 'developer'), copy }]
  }
  if (known?.refusedWithoutAny) {
    const reason =
      'Since the start, a user was refused at a route that requires a role: the token had no role at all.'
    const next =
      'Assign it: Enterprise applications > (the app) > Users and groups. The user signs in again then. If nobody can be assigned, run npm run register: it makes the roles.'
    return [warn(id, reason, next, 'administrator')]
  }
  const reason = `Routes require ${required.join(', ')}, and appRoles lists it.`
  return [pass(id, reason)]
}
