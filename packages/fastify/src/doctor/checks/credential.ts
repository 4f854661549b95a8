/** Each credential: whether it can be read, whether Entra accepts it, and when it ends. */
import Fastify from 'fastify'
import { cloudFor, type Config } from '../../config/index.ts'
import {
  createEntra,
  CredentialUnavailable,
  type Entra,
  EntraError,
  refusesClient,
  remedyFor,
} from '../../entra/index.ts'
import { type Check, fail, type Finding, nameOf, pass, warn } from '../check.ts'
import type { AnswerOf, CredentialAnswer } from '../credential-answers.ts'

/** One finding for each credential. */
export const credential: Check = {
  id: 'credential',
  async run({ config, now, answerOf }) {
    if (config.usesLocalTenant) {
      return [pass('credential', 'The local tenant’s own, which does not end.')]
    }
    const all = config.credentials.map((_, place) => readAndAsk(config, place, answerOf))
    return credentialFindings(await Promise.all(all), now())
  },
}

interface CredentialFacts extends CredentialAnswer {
  setting: string
  /** Milliseconds since the epoch. */
  endsAt: number | undefined
  /** Why it cannot be used; completes "the credential …". */
  problem: string | undefined
}

const notAsked = {
  accepted: undefined,
  aadsts: undefined,
  advice: undefined,
  askedAgoMs: undefined,
} satisfies CredentialAnswer

/** Reads a credential, and uses it to ask Entra for a token, which is dropped. */
async function readAndAsk(
  config: Config,
  place: number,
  answerOf: AnswerOf,
): Promise<CredentialFacts> {
  const { log } = Fastify({ logger: false })
  const credentials = config.credentials.slice(place, place + 1)
  const entra = createEntra({ ...config, credentials }, log, Date.now)
  const [loaded] = entra.credential.list
  const setting = loaded?.kind === 'secret' ? 'clientSecret' : `credentials.${place}`
  const unknown = { ...notAsked, setting, endsAt: undefined, problem: undefined }
  try {
    const facts = { ...unknown, endsAt: (await loaded?.read())?.endsAt }
    // MSAL needs a tenant for this, and `organizations` is none.
    if (config.tenant === 'organizations') return facts
    // Without the document nothing can be sent, so there is no answer to keep.
    const isReachable = await entra.discovery.metadata().then(
      () => true,
      () => false,
    )
    if (!isReachable) return facts
    return { ...facts, ...(await answerOf(place, () => answerTo(entra, config))) }
  } catch (error) {
    return { ...unknown, problem: problemOf(error) }
  } finally {
    await entra.close()
  }
}

/** Completes "the credential …". */
function problemOf(error: unknown): string {
  if (!(error instanceof CredentialUnavailable)) return `cannot be tried: ${nameOf(error)}`
  const { message, cause } = error
  const network = cause instanceof EntraError ? cause.network : undefined
  return network ? `${message} (${network.sentence})` : message
}

/** Sends the credential once. An error about anything but the client means that Entra accepted it. */
async function answerTo(entra: Entra, config: Config): Promise<CredentialAnswer> {
  try {
    await sendCredential(entra, config)
  } catch (error) {
    if (!(error instanceof EntraError)) throw error
    const { code, oauthError, aadsts } = error
    if (refusesClient(error)) {
      return { ...notAsked, accepted: false, aadsts, advice: remedyFor(error) }
    }
    // The grant type is checked before the client.
    if (code !== 'entra_refused' || oauthError === 'unsupported_grant_type') return notAsked
  }
  return { ...notAsked, accepted: true }
}

async function sendCredential(entra: Entra, config: Config): Promise<void> {
  // Plain http is a tenant on this machine (the configuration allows no other). It gives no tokens to
  // apps. Its error for a made-up code shows as much about the client.
  if (config.authority.startsWith('http:')) {
    const scopes = ['openid']
    await entra.redeemCode({ code: 'made-up', verifier: 'made-up', nonce: 'made-up', scopes })
    return
  }
  await entra.testCredential(`${new URL(cloudFor(config).graph).origin}/.default`)
}

/** @param now ms since the epoch */
function credentialFindings(all: readonly CredentialFacts[], now: number): Finding[] {
  const found = all.map((facts) => credentialFinding(facts, now))
  // Sign-ins still work with another credential.
  if (found.every(({ status }) => status === 'fail')) return found
  return found.map((one) => (one.status === 'fail' ? { ...one, status: 'warn' } : one))
}

const dayMs = 24 * 60 * 60_000
const endDateNext =
  'Copy the end date from App registrations > (the app) > Certificates & secrets to "clientSecretExpires" in aad.config.json.'

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
    return fail(id, `Entra refuses ${setting}${inBrackets(code, age)}.`, next, 'administrator')
  }
  const outcome = accepted ? 'Entra takes it' : 'whether Entra takes it shows at the first sign-in'
  const proof = `${outcome}${inBrackets(age)}`
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

/** The age of an answer that is not new. */
function ageOf({ askedAgoMs }: CredentialFacts): string {
  if (askedAgoMs === undefined) return ''
  const seconds = Math.max(1, Math.round(askedAgoMs / 1000))
  return `asked ${seconds === 1 ? '1 second' : `${seconds} seconds`} ago`
}

function inBrackets(...notes: string[]): string {
  const said = notes.filter(Boolean).join(', ')
  return said && ` (${said})`
}
