/** The list of checks, and a run of all of them. */
import type { Check, CheckContext, Finding } from './check.ts'
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
  const findings = await Promise.all(list.map((check) => check.run(context)))
  return findings.flat()
}
