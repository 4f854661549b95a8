/** Asks Entra, the store and the app's own address what the doctor needs to know. */
import { randomBytes } from 'node:crypto'
import Fastify from 'fastify'
import { Agent, request } from 'undici'
import type { Config } from '../config/index.ts'
import {
  aadstsNumber,
  remedyFor,
  createEntra,
  createEntraNetwork,
  EntraError,
  readMetadata,
  refusesClient,
  type Remedy,
  type Entra,
} from '../entra/index.ts'
import { createSealedCookies } from '../session/cookie.ts'
import { openStore } from '../store/index.ts'

export interface AuthorityFacts {
  /** The issuer in the discovery document; undefined if there is none. */
  issuer: string | undefined
  /** How far our clock is ahead of the authority's, ms; undefined if the answer had no date. */
  clockAheadMs: number | undefined
}

/** Fetches the discovery document. @throws EntraError if there is no usable answer */
export async function probeAuthority({ authority, tenant }: Config): Promise<AuthorityFacts> {
  const network = createEntraNetwork()
  try {
    const url = `${authority}/${tenant}/v2.0/.well-known/openid-configuration`
    const answer = await network.get(url)
    const { issuer } = readMetadata(answer, { authority, issuer: undefined })
    const date = Date.parse(answer.headers['date'] ?? '')
    return {
      issuer,
      clockAheadMs: Number.isNaN(date) ? undefined : Date.now() - date,
    }
  } finally {
    await network.close()
  }
}

/** What Entra said about one credential. */
export interface CredentialAnswer {
  /** Whether Entra accepted it; undefined if that needs a user. */
  accepted: boolean | undefined
  aadsts: number | undefined
  advice: Remedy | undefined
  /** How long ago Entra was asked, ms; undefined if it was just now, or not at all. */
  askedAgoMs: number | undefined
}

export interface CredentialFacts extends CredentialAnswer {
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

/** Gets the answer about the credential at a place of the configuration; `ask` sends the credential. */
export type AnswerOf = (
  place: number,
  ask: () => Promise<CredentialAnswer>,
) => Promise<CredentialAnswer>

/**
 * Reads each credential, and uses it to ask Entra for a token, which is dropped.
 *
 * @param answerOf may give an earlier answer instead of asking
 */
export async function probeCredentials(
  config: Config,
  answerOf: AnswerOf = (_place, ask) => ask(),
): Promise<CredentialFacts[]> {
  return Promise.all(config.credentials.map((_, place) => probeCredential(config, place, answerOf)))
}

async function probeCredential(
  config: Config,
  place: number,
  answerOf: AnswerOf,
): Promise<CredentialFacts> {
  const { log } = Fastify({ logger: false })
  const credentials = config.credentials.slice(place, place + 1)
  const entra = createEntra({ ...config, credentials }, log, Date.now)
  const [credential] = entra.credential.list
  const setting = credential?.kind === 'secret' ? 'clientSecret' : `credentials.${place}`
  const unknown = { ...notAsked, setting, endsAt: undefined, problem: undefined }
  try {
    const facts = { ...unknown, endsAt: (await credential?.read())?.endsAt }
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
    const problem = error instanceof Error ? error.message : 'cannot be read'
    return { ...unknown, problem }
  } finally {
    await entra.close()
  }
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

async function sendCredential(entra: Entra, { authority, downstreamApis }: Config): Promise<void> {
  // Plain http is a tenant on this machine (the configuration allows no other). It gives no tokens to
  // apps. Its error for a made-up code shows as much about the client.
  if (authority.startsWith('http:')) {
    const scopes = ['openid']
    await entra.redeemCode({ code: 'made-up', verifier: 'made-up', nonce: 'made-up', scopes })
    return
  }
  const graph = downstreamApis['graph']?.baseUrl ?? 'https://graph.microsoft.com'
  await entra.testCredential(`${new URL(graph).origin}/.default`)
}

export interface RedirectFacts {
  /** Whether Entra would redirect a browser there. */
  registered: boolean | undefined
  /** The number that its page shows instead. */
  aadsts: number | undefined
}

/**
 * Asks the authorize endpoint as a signed-out browser that wants no page (`prompt=none`). Entra redirects
 * it to a registered address at once, with an error, and shows its own page for any other.
 *
 * @throws if there is no answer
 */
export async function probeRedirectUri(config: Config): Promise<RedirectFacts> {
  const { authority, tenant, clientId, redirectUri } = config
  const query = new URLSearchParams({
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    response_mode: 'query',
    scope: 'openid',
    prompt: 'none',
    state: 'doctor',
    nonce: 'doctor',
  })
  const agent = new Agent({ maxResponseSize: 512 * 1024 })
  try {
    const url = `${authority}/${tenant}/oauth2/v2.0/authorize?${query.toString()}`
    const answer = await request(url, { dispatcher: agent, signal: AbortSignal.timeout(8_000) })
    const text = await answer.body.text()
    const location = [answer.headers['location'] ?? ''].flat()[0] ?? ''
    if (location.startsWith(`${redirectUri}?`)) return { registered: true, aadsts: undefined }
    const aadsts = aadstsNumber(/AADSTS\d{4,8}/.exec(text)?.[0])
    return { registered: aadsts === 50011 ? false : undefined, aadsts }
  } finally {
    await agent.destroy()
  }
}

export interface PublicUrlFacts {
  isAlive: boolean
  /** The scheme and host that it redirects to, if any. */
  redirectsTo: string | undefined
}

/** Asks for the app's health at the public address. @throws if there is no answer */
export async function probePublicUrl({ publicUrl }: Config): Promise<PublicUrlFacts> {
  const agent = new Agent({ maxResponseSize: 64 * 1024 })
  try {
    const signal = AbortSignal.timeout(8_000)
    const answer = await request(`${publicUrl}/healthz`, { dispatcher: agent, signal })
    const text = await answer.body.text()
    const location = [answer.headers['location'] ?? ''].flat()[0] ?? ''
    return {
      isAlive: answer.statusCode === 200 && text.includes('alive'),
      redirectsTo: URL.canParse(location) ? new URL(location).origin : undefined,
    }
  } finally {
    await agent.destroy()
  }
}

/** Opens the store and writes a key that expires after a second. @throws StoreError, Error */
export async function probeStore({ storeUrl }: Config): Promise<void> {
  const store = await openStore(storeUrl, Date.now)
  try {
    await store.ping()
    await store.oneTimeKeys.consume(`doctor-${randomBytes(8).toString('hex')}`, 1_000)
  } finally {
    await store.close()
  }
}

/** The bytes of the session's cookie, with its name: the same for every user. */
export async function probeCookie({ sessionKeys, publicUrl }: Config): Promise<number> {
  const app = Fastify({ logger: false })
  try {
    const cookies = await createSealedCookies(app, sessionKeys, 3600)
    const content = { key: randomBytes(32).toString('base64url'), startedAt: Date.now() }
    const name = publicUrl.startsWith('https:') ? '__Host-session' : 'session'
    return `${name}=${cookies.seal('session', content)}`.length
  } finally {
    await app.close()
  }
}
