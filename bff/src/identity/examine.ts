/** What an operator wants to know before anybody signs in: asked of Entra, of the store, of the keys. */
import { randomBytes } from 'node:crypto'
import Fastify from 'fastify'
import { Agent, request } from 'undici'
import type { Config } from '../config/index.ts'
import {
  aadstsNumber,
  adviceFor,
  createEntra,
  EntraError,
  refusesClient,
  type Advice,
} from './entra/index.ts'
import { createEntraNetwork } from './entra/network.ts'
import { createSealedCookies } from './session/sealed-cookie.ts'
import { openStore } from './store/open.ts'

export interface AuthorityFacts {
  /** What its discovery document names; undefined where there is none. */
  issuer: string | undefined
  /** How far our clock is ahead of the authority's, ms; undefined where it did not say. */
  clockAheadMs: number | undefined
}

/** Asks for the discovery document. @throws EntraError where nothing usable answers */
export async function examineAuthority({ authority, tenant }: Config): Promise<AuthorityFacts> {
  const network = createEntraNetwork()
  try {
    const url = `${authority}/${tenant}/v2.0/.well-known/openid-configuration`
    const { body, headers } = await network.get(url)
    const issuer = typeof body === 'object' && body && 'issuer' in body ? body.issuer : undefined
    const date = Date.parse(headers['date'] ?? '')
    return {
      issuer: typeof issuer === 'string' ? issuer : undefined,
      clockAheadMs: Number.isNaN(date) ? undefined : Date.now() - date,
    }
  } finally {
    await network.close()
  }
}

export interface CredentialFacts {
  setting: string
  /** Milliseconds since the epoch. */
  endsAt: number | undefined
  /** Why it cannot be used; completes "the credential …". */
  problem: string | undefined
  /** Whether Entra took it; undefined where that cannot be told without a user. */
  accepted: boolean | undefined
  aadsts: number | undefined
  advice: Advice | undefined
}

/** Reads each credential, and asks Entra for a token of the app's own with it, which is thrown away. */
export async function examineCredentials(config: Config): Promise<CredentialFacts[]> {
  const log = Fastify({ logger: false }).log
  const graph = config.downstreamApis['graph']?.baseUrl ?? 'https://graph.microsoft.com'
  return Promise.all(
    config.credentials.map(async (credential) => {
      const entra = createEntra({ ...config, credentials: [credential] }, log, Date.now)
      const [read] = entra.credential.list
      const place = config.credentials.indexOf(credential)
      const setting = credential.kind === 'secret' ? 'clientSecret' : `credentials.${place}`
      const unknown = { setting, endsAt: undefined, aadsts: undefined, advice: undefined }
      try {
        const proof = await read?.read()
        const facts = { ...unknown, endsAt: proof?.endsAt, problem: undefined }
        // MSAL wants a tenant for this, and `organizations` is none.
        if (config.tenant === 'organizations') return { ...facts, accepted: undefined }
        const outcome = await proven(() => entra.prove(`${new URL(graph).origin}/.default`))
        return { ...facts, ...outcome }
      } catch (error) {
        const problem = error instanceof Error ? error.message : 'cannot be read'
        return { ...unknown, problem, accepted: undefined }
      } finally {
        await entra.close()
      }
    }),
  )
}

/** Whatever Entra refuses but the client, it has taken the client. */
async function proven(prove: () => Promise<void>) {
  try {
    await prove()
  } catch (error) {
    if (!(error instanceof EntraError)) throw error
    const { aadsts } = error
    if (refusesClient(error)) return { accepted: false, aadsts, advice: adviceFor(error) }
    if (error.code !== 'entra_refused') return { accepted: undefined }
  }
  return { accepted: true }
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
export async function examineRedirectUri(config: Config): Promise<RedirectFacts> {
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
export async function examinePublicUrl({ publicUrl }: Config): Promise<PublicUrlFacts> {
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
export async function examineStore({ storeUrl }: Config): Promise<void> {
  const store = await openStore(storeUrl, Date.now)
  try {
    await store.ping()
    await store.marks.spend(`doctor-${randomBytes(8).toString('hex')}`, 1_000)
  } finally {
    await store.close()
  }
}

/** How long the session's cookie is, name and all, in bytes: the same for every user. */
export async function examineCookie({ sessionKeys, publicUrl }: Config): Promise<number> {
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
