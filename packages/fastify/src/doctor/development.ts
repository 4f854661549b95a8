/** What the page shows a developer: the app as configured, and what fails at the tenant on this machine. */
import type { Development } from '@gatehouse/contract/development'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { type Config, controlPageOf, registrationLink } from '../config/index.ts'
import { createCookieJar, sessionCookie } from '../session/cookie.ts'
import { httpGet } from './http.ts'

/** The part of the tenant's answer that is used. */
const Scenarios = Type.Object({
  scenarios: Type.Array(
    Type.Object({ id: Type.String(), title: Type.String(), active: Type.Boolean() }),
  ),
})

/** A hundred scenarios, with descriptions, take about 60 kB. */
const maxBytes = 500_000

/** @param cookies the Cookie header of the request */
export async function developmentAnswer(
  config: Config,
  cookies: string | undefined,
): Promise<Development> {
  const { tenant, clientId, redirectUri, publicUrl } = config
  const jar = createCookieJar(publicUrl)
  const name = jar.name(sessionCookie)
  const [value] = jar.values(cookies, sessionCookie)
  const scenarios = await activeScenarios(config)
  return {
    tenant,
    clientId,
    redirectUri,
    registrationUrl: registrationLink(config, 'Authentication'),
    ...(scenarios && { scenarios }),
    ...(value !== undefined && { cookie: { name, bytes: `${name}=${value}`.length } }),
  }
}

/**
 * Asks the tenant's control API. The server does it, because a browser would ask another origin, which that API
 * refuses.
 *
 * @returns undefined if the tenant is not on this machine, or gives no such answer
 */
async function activeScenarios(config: Config): Promise<Development['scenarios']> {
  const controlPage = controlPageOf(config)
  if (controlPage === undefined) return undefined
  try {
    const { text } = await httpGet(`${controlPage}/scenarios`, maxBytes, config.proxy)
    const answer: unknown = JSON.parse(text)
    if (!Value.Check(Scenarios, answer)) return undefined
    return answer.scenarios.flatMap(({ id, title, active }) => (active ? [{ id, title }] : []))
  } catch {
    // The doctor says what is wrong with the tenant.
    return undefined
  }
}
