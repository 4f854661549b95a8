/** Each credential: whether it can be read, whether Entra accepts it, and when it ends. */
import Fastify from 'fastify'
import { cloudFor, type Config, registrationLink } from '../../config/index.ts'
import {
  createEntra,
  CredentialUnavailable,
  type Entra,
  EntraError,
  refusesClient,
  remedyFor,
} from '../../entra/index.ts'
import { type Check, fail, type Finding, nameOf, pass, unknown, warn } from '../check.ts'
import type { AnswerOf, CredentialAnswer } from '../credential-answers.ts'

/** One finding for each credential. Those of the local tenant are tried as those of Entra are. */
export const credential: Check = {
  id: 'credential',
  async run({ config, now, answerOf }) {
    // The secret of the local tenant is public, and its answer changes with each scenario.
    const answer: AnswerOf = config.usesLocalTenant ? (_place, ask) => ask() : answerOf
    const all = config.credentials.map((_, place) => readAndAsk(config, place, answer))
    return credentialFindings(await Promise.all(all), config, now())
  },
}

interface CredentialFacts extends CredentialAnswer {
  setting: string
  /** Milliseconds since the epoch. */
  endsAt: number | undefined
  /** Why it cannot be used; completes "the credential …". */
  problem: string | undefined
  /** Why Entra was not asked, a sentence. */
  notAsked: string | undefined
}

const noAnswer = {
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
  const nothing = {
    ...noAnswer,
    setting,
    endsAt: undefined,
    problem: undefined,
    notAsked: undefined,
  }
  try {
    const facts = { ...nothing, endsAt: (await loaded?.read())?.endsAt }
    // MSAL needs a tenant for this, and `organizations` is none.
    if (config.tenant === 'organizations') return { ...facts, notAsked: needsOneTenant }
    // Without the document nothing can be sent, so there is no answer to keep.
    const isReachable = await entra.discovery.metadata().then(
      () => true,
      () => false,
    )
    if (!isReachable) return { ...facts, notAsked: 'The tenant did not answer' }
    return { ...facts, ...(await answerOf(place, () => answerTo(entra, config))) }
  } catch (error) {
    return { ...nothing, problem: problemOf(error) }
  } finally {
    await entra.close()
  }
}

const needsOneTenant = 'With tenant "organizations" only a sign-in can try it'

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
      return { ...noAnswer, accepted: false, aadsts, advice: remedyFor(error) }
    }
    // The grant type is checked before the client.
    if (code !== 'entra_refused' || oauthError === 'unsupported_grant_type') return noAnswer
  }
  return { ...noAnswer, accepted: true }
}

async function sendCredential(entra: Entra, config: Config): Promise<void> {
  // Plain http is a tenant on this machine (the configuration allows no other). It gives no tokens to
  // apps. Its error for a made-up code shows as much about the client.
  if (config.authority.startsWith('http:')) {
    const scopes = ['openid']
    await entra.redeemCode({ code: 'made-up', verifier: 'made-up', nonce: 'made-up', scopes })
    return
  }
  // The token is dropped: it shows that Entra accepts the credential.
  await entra.applicationToken(`${new URL(cloudFor(config).graph).origin}/.default`)
}

/** @param now ms since the epoch */
function credentialFindings(
  all: readonly CredentialFacts[],
  config: Config,
  now: number,
): Finding[] {
  const found = all.map((facts) => credentialFinding(facts, config, now))
  // Sign-ins still work with another credential.
  if (found.every(({ status }) => status === 'fail')) return found
  return found.map((one) => (one.status === 'fail' ? { ...one, status: 'warn' } : one))
}

const dayMs = 24 * 60 * 60_000
const certificatesAndSecrets = 'App registrations > (the app) > Certificates & secrets'

function credentialFinding(facts: CredentialFacts, config: Config, now: number): Finding {
  const { setting, problem, accepted, notAsked } = facts
  const id = 'credential'
  if (problem) {
    const next = 'Put the file or the platform’s token in place; no restart is needed.'
    return fail(id, `${setting} ${problem}.`, next)
  }
  if (accepted === false) return refused(facts, config)
  const isTried = accepted === true
  const tenant = config.usesLocalTenant ? 'the local tenant' : 'Entra'
  const outcome = isTried ? `${tenant} accepts it` : `whether ${tenant} accepts it is not known`
  const ending = endOf(facts, config, now)
  const reason = `${setting} is there; ${outcome}${inBrackets(ageOf(facts))}${ending.reason}`
  const link = registrationLink(config, 'Credentials')
  if (ending.next !== undefined)
    return { ...warn(id, reason, ending.next, 'owner'), link, ...ending.as }
  if (isTried) return pass(id, reason)
  return unknown(id, `${reason} ${notAsked ?? 'The answer of the tenant did not show it'}.`)
}

function refused(facts: CredentialFacts, config: Config): Finding {
  const { setting, aadsts, advice } = facts
  const code = aadsts === undefined ? '' : `AADSTS${aadsts}`
  const link = registrationLink(config, 'Credentials')
  const said = inBrackets(code, ageOf(facts))
  if (config.usesLocalTenant) {
    const reason = `The local tenant refuses ${setting}${said}: one of its scenarios is on.`
    const next = `Turn the scenario off at ${link}.`
    return { ...fail('credential', reason, next, 'developer'), link }
  }
  const place = advice?.portal ? ` Portal: ${advice.portal}.` : ''
  const next = `${advice?.fix ?? 'Issue a new one.'}${place}`
  return { ...fail('credential', `Entra refuses ${setting}${said}.`, next, 'owner'), link }
}

/** What is known of a credential's end: the rest of the sentence, and what to do if that is soon. */
interface Ending {
  reason: string
  next?: string
  as?: Partial<Finding>
}

function endOf({ setting, endsAt }: CredentialFacts, config: Config, now: number): Ending {
  if (config.usesLocalTenant) return { reason: '; it does not end.' }
  if (endsAt === undefined) {
    const reason = '; its end date is not known here.'
    if (!/secret/i.test(setting)) return { reason }
    const next = `Copy the end date from ${certificatesAndSecrets} to "clientSecretExpires" in aad.config.json.`
    return { reason, next }
  }
  const daysLeft = Math.floor((endsAt - now) / dayMs)
  const end = new Date(endsAt).toISOString().slice(0, 10)
  const reason = `; it ends on ${end}: ${daysLeft} days left.`
  if (daysLeft >= 30) return { reason }
  const next = `Issue a new one: ${certificatesAndSecrets}.`
  return daysLeft < 7 ? { reason, next, as: { status: 'fail' } } : { reason, next }
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
