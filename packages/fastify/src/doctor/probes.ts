/** What an operator wants to know before anybody signs in: asked of Entra, of the store, of the keys. */
import { randomBytes } from 'node:crypto'
import Fastify from 'fastify'
import { Agent, request } from 'undici'
import type { Config } from '../config/index.ts'
import {
  aadstsNumber,
  remedyFor,
  createEntra,
  EntraError,
  readMetadata,
  refusesClient,
  type Remedy,
  type Entra,
} from '../entra/index.ts'
import { createEntraNetwork } from '../entra/network.ts'
import { createSealedCookies } from '../session/cookie.ts'
import { openStore } from '../store/index.ts'

export interface AuthorityFacts {
  /** What its discovery document names; undefined where there is none. */
  issuer: string | undefined
  /** How far our clock is ahead of the authority's, ms; undefined where it did not say. */
  clockAheadMs: number | undefined
}

/** Asks for the discovery document. @throws EntraError where nothing usable answers */
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
  /** Whether Entra took it; undefined where that cannot be told without a user. */
  accepted: boolean | undefined
  aadsts: number | undefined
  advice: Remedy | undefined
  /** How long ago Entra was asked, ms; undefined if it was asked just now, or not at all. */
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
 * Reads each credential, and asks Entra for a token with it, which is thrown away.
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
    // MSAL wants a tenant for this, and `organizations` is none.
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

/** Sends the credential once. Whatever Entra refuses but the client, it has taken the client. */
async function answerTo(entra: Entra, config: Config): Promise<CredentialAnswer> {
  try {
    await sendCredential(entra, config)
  } catch (error) {
    if (!(error instanceof EntraError)) throw error
    const { code, oauthError, aadsts } = error
    if (refusesClient(error)) {
      return { ...notAsked, accepted: false, aadsts, advice: remedyFor(error) }
    }
    // The grant type is refused before the client is looked at.
    if (code !== 'entra_refused' || oauthError === 'unsupported_grant_type') return notAsked
  }
  return { ...notAsked, accepted: true }
}

async function sendCredential(entra: Entra, { authority, downstreamApis }: Config): Promise<void> {
  // Plain http is a tenant on this machine (the configuration allows it for no other). It gives no
  // tokens to apps, and tells as much about the client by refusing a code.
  if (authority.startsWith('http:')) {
    const scopes = ['openid']
    await entra.redeemCode({ code: 'made-up', verifier: 'made-up', nonce: 'made-up', scopes })
    return
  }
  const graph = downstreamApis['graph']?.baseUrl ?? 'https://graph.microsoft.com'
  await entra.testCredential(`${new URL(graph).origin}/.default`)
}

export interface RedirectFacts {
  /** Entra would send a browser there. */
  registered: boolean | undefined
  /** What it said instead. */
  aadsts: number | undefined
}

/**
 * Asks the authorize endpoint as a signed-out browser that wants no page: Entra sends that back to
 * a registered address at once, with an error, and shows a page of its own for any other.
 *
 * @throws where nothing answers
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
  /** Scheme and host that it redirects to, where it does. */
  redirectsTo: string | undefined
}

/** Asks for the app's own health at the address that people open. @throws where nothing answers */
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

/** Opens the store and writes a mark that is gone after a second. @throws StoreError, Error */
export async function probeStore({ storeUrl }: Config): Promise<void> {
  const store = await openStore(storeUrl, Date.now)
  try {
    await store.ping()
    await store.marks.spend(`doctor-${randomBytes(8).toString('hex')}`, 1_000)
  } finally {
    await store.close()
  }
}

/** How long the session's cookie is, name and all, in bytes: the same for every user. */
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
