/** The list of checks, and a run of all of them. */
import { type Check, type CheckContext, fail, type Finding } from './check.ts'
import { authority } from './checks/authority.ts'
import { configuration, graphHost, scopes } from './checks/configuration.ts'
import { credential } from './checks/credential.ts'
import { address, publicUrl } from './checks/public-address.ts'
import { redirectUri } from './checks/redirect-uri.ts'
import { cookie, sessionKeys, store } from './checks/session.ts'

/**
 * Every check, in the order of the findings. To add one, write one object in `checks/` and add it to this
 * list; its id also gets a row in docs/doctor.md. Only `address-bar` is elsewhere: it is about a request.
 */
const checks: readonly Check[] = [
  configuration,
  authority,
  redirectUri,
  address,
  publicUrl,
  credential,
  store,
  cookie,
  scopes,
  graphHost,
  sessionKeys,
]

/**
 * Runs all checks at once.
 *
 * @param list other checks than all, for tests
 * @returns the findings in the order of the list
 */
export async function examine(context: CheckContext, list = checks): Promise<Finding[]> {
  const findings = await Promise.all(list.map((check) => runOne(check, context)))
  return findings.flat()
}

/** A check that throws is a finding as well, so that the others are still seen. */
async function runOne(check: Check, context: CheckContext): Promise<Finding[]> {
  try {
    return await check.run(context)
  } catch (error) {
    const next = 'Report this: a check gives a finding, and throws no error.'
    return [fail(check.id, `The check broke with ${nameOf(error)}.`, next, 'developer')]
  }
}

/** Without the message: the error is an unexpected one, and its message may quote a secret. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'an unknown error'
  const code = 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : ''
  return `${error.name}${code}`
}
