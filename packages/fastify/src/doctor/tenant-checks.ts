/** What the tenant says about the app: reachable, issuer, clock, redirect URI, credentials. */
import { issuerFor, type Config } from '../config/index.ts'
import type { AuthorityFacts, CredentialFacts, RedirectFacts } from './probes.ts'
import { fail, pass, warn, type Finding } from './check.ts'

const dayMs = 24 * 60 * 60_000
const clockToleratedMs = 2 * 60_000
const clockRefusedMs = 5 * 60_000
const authenticationPage = 'App registrations > (the app) > Authentication'

/** @param facts undefined where the authority does not answer */
export function authorityFindings(config: Config, facts: AuthorityFacts | undefined): Finding[] {
  const { authority } = config
  if (!facts?.issuer) {
    const copy = `${authority}/${config.tenant}/v2.0/.well-known/openid-configuration`
    const next = `Open ${copy} from this machine; then compare tenant and authority in aad.config.json.`
    return [{ ...fail('authority', `${authority} gives no document for this tenant.`, next), copy }]
  }
  return [pass('authority', `${authority} answers.`), issuer(config, facts.issuer), clock(facts)]
}

function issuer(config: Config, named: string): Finding {
  const expected = issuerFor(config)
  if (named === expected) return pass('issuer', `It is ${named}.`)
  const reason = `The authority names ${named}, and ${expected} was expected.`
  const copy = `"issuer": "${named}"`
  const next = `If this is the service that you mean, set ${copy} in aad.config.json.`
  return { ...(config.issuer ? fail : warn)('issuer', reason, next), copy }
}

function clock({ clockAheadMs }: AuthorityFacts): Finding {
  if (clockAheadMs === undefined) {
    return warn('clock', 'The authority does not say what time it is.', 'Check this machine’s NTP.')
  }
  const seconds = Math.round(Math.abs(clockAheadMs) / 1000)
  const side = clockAheadMs > 0 ? 'ahead of' : 'behind'
  const reason = `This machine’s clock is ${seconds} s ${side} the authority’s.`
  const next = 'Set the clock right, by NTP.'
  if (Math.abs(clockAheadMs) > clockRefusedMs) return fail('clock', reason, next)
  return Math.abs(clockAheadMs) > clockToleratedMs
    ? warn('clock', reason, next)
    : pass('clock', 'This machine’s clock and the authority’s agree.')
}

/** @param facts undefined where the authority does not answer */
export function redirectFinding(
  { redirectUri }: Config,
  facts: RedirectFacts | undefined,
): Finding {
  const id = 'redirect-uri'
  if (facts?.registered) return pass(id, `${redirectUri} is registered.`)
  const next = `Add ${redirectUri} as a redirect URI of type Web: ${authenticationPage}.`
  if (facts?.registered === false) {
    const reason = `${redirectUri}, which the app sends, is not registered (AADSTS50011).`
    return { ...fail(id, reason, next, 'administrator'), copy: redirectUri }
  }
  if (facts?.aadsts === 700016) {
    const reason = 'This tenant has no app with this clientId (AADSTS700016).'
    return fail(id, reason, 'Compare clientId and tenant with the Overview page of the app.')
  }
  const said = facts?.aadsts === undefined ? 'no clear answer' : `AADSTS${facts.aadsts}`
  const reason = `Whether ${redirectUri} is registered could not be told (${said}).`
  const compare = `Compare it with ${authenticationPage}.`
  return { ...warn(id, reason, compare, 'administrator'), copy: redirectUri }
}

/** @param now ms since the epoch */
export function credentialFindings(
  { usesLocalTenant }: Config,
  all: readonly CredentialFacts[],
  now: number,
): Finding[] {
  if (usesLocalTenant) return [pass('credential', 'The local tenant’s own, which has no end.')]
  const found = all.map((facts) => credentialFinding(facts, now))
  // With another one that works, what is wrong with this one stops nobody.
  if (found.every(({ status }) => status === 'fail')) return found
  return found.map((one) => (one.status === 'fail' ? { ...one, status: 'warn' } : one))
}

function credentialFinding(facts: CredentialFacts, now: number): Finding {
  const { setting, endsAt, problem, accepted, advice } = facts
  const age = ageOf(facts)
  const id = 'credential'
  if (problem) {
    const next = 'Put the file or the platform’s token in place; no restart is needed.'
    return fail(id, `${setting} ${problem}.`, next)
  }
  if (accepted === false) {
    const code = facts.aadsts === undefined ? '' : `AADSTS${facts.aadsts}`
    const next = `${advice?.fix ?? 'Issue a new one.'}${advice?.portal ? ` Portal: ${advice.portal}.` : ''}`
    return fail(id, `Entra refuses ${setting}${noted(code, age)}.`, next, 'administrator')
  }
  const outcome = accepted ? 'Entra takes it' : 'whether Entra takes it shows at the first sign-in'
  const proof = `${outcome}${noted(age)}`
  if (endsAt === undefined) {
    const isSecret = /secret/i.test(setting)
    const reason = `${setting} is there; ${proof}; its end date is not known here.`
    return isSecret ? warn(id, reason, endDateNext) : pass(id, reason)
  }
  const daysLeft = Math.floor((endsAt - now) / dayMs)
  const end = new Date(endsAt).toISOString().slice(0, 10)
  const reason = `${setting} is there; ${proof}; it ends on ${end}: ${daysLeft} days left.`
  const next = 'Issue a new one: App registrations > (the app) > Certificates & secrets.'
  if (daysLeft < 7) return fail(id, reason, next, 'administrator')
  return daysLeft < 30 ? warn(id, reason, next, 'administrator') : pass(id, reason)
}

/** Says that an answer is not new. */
function ageOf({ askedAgoMs }: CredentialFacts): string {
  if (askedAgoMs === undefined) return ''
  const seconds = Math.max(1, Math.round(askedAgoMs / 1000))
  return `asked ${seconds === 1 ? '1 second' : `${seconds} seconds`} ago`
}

/** What there is to say in brackets, if anything. */
function noted(...notes: string[]): string {
  const said = notes.filter(Boolean).join(', ')
  return said && ` (${said})`
}

const endDateNext =
  'Copy the end date from App registrations > (the app) > Certificates & secrets to "clientSecretExpires" in aad.config.json.'
