/** The list of checks, and a run of all of them. */
import { TimeoutError, withTimeout } from '../with-timeout.ts'
import { type Check, type CheckContext, fail, type Finding, nameOf, unknown } from './check.ts'
import { apis } from './checks/apis.ts'
import { authority } from './checks/authority.ts'
import { configuration, graphHost, scopes } from './checks/configuration.ts'
import { credential } from './checks/credential.ts'
import { deviceBound } from './checks/device-bound.ts'
import { address, publicUrl } from './checks/public-address.ts'
import { packages } from './checks/packages.ts'
import { redirectUri } from './checks/redirect-uri.ts'
import { roles } from './checks/roles.ts'
import { cookie, sessionKeys, store } from './checks/session.ts'

/**
 * Every check, in the order of the findings. To add one, write one object in `checks/` and add it to this
 * list; each id also gets a row in docs/doctor.md, which a test compares. Only `address-bar` is elsewhere: it is about a request.
 */
export const checks: readonly Check[] = [
  configuration,
  authority,
  redirectUri,
  address,
  publicUrl,
  credential,
  store,
  cookie,
  deviceBound,
  scopes,
  roles,
  graphHost,
  apis,
  sessionKeys,
  packages,
]

/** Three requests of eight seconds fit in. The page waits for 30 seconds. */
const checkMs = 25_000

/**
 * Runs all checks at once.
 *
 * @param list other checks than all, for tests
 * @param limitMs for each check; one that does not end is a finding, and the others are given
 * @returns the findings in the order of the list
 */
export async function examine(
  context: CheckContext,
  list = checks,
  limitMs = checkMs,
): Promise<Finding[]> {
  const findings = await Promise.all(list.map((check) => runOne(check, context, limitMs)))
  return findings.flat()
}

/** A check that throws or does not end is a finding as well, so that the others are still seen. */
async function runOne(check: Check, context: CheckContext, limitMs: number): Promise<Finding[]> {
  try {
    return await withTimeout(limitMs, Promise.resolve(check.run(context)))
  } catch (error) {
    return [failureOf(check, error, limitMs), ...notChecked(check.others, becauseOf(check.id))]
  }
}

function failureOf({ id }: Check, error: unknown, limitMs: number): Finding {
  if (error instanceof TimeoutError) {
    const reason = `The check did not end within ${limitMs / 1000} seconds. The other findings hold.`
    const next = 'Check again. If it stays so, look for a disk or a network that hangs.'
    return fail(id, reason, next)
  }
  const next = 'Report this: a check gives a finding, and throws no error.'
  return fail(id, `The check broke with ${nameOf(error)}.`, next, 'developer')
}

const becauseOf = (id: string) => `Not checked: it depends on the check ${id}.`

function notChecked(ids: readonly string[] = [], reason: string): Finding[] {
  return ids.map((id) => unknown(id, reason))
}

/**
 * The diagnosis of a configuration that is refused: no other check can run.
 *
 * @param problems one finding for each key
 */
export function withoutConfiguration(problems: readonly Finding[]): Finding[] {
  const [, ...others] = checks.flatMap(({ id, others: more = [] }) => [id, ...more])
  return [...problems, ...notChecked(others, 'Not checked: it needs a valid configuration.')]
}
