/** Gatehouse on its two stores and the peers that npm has, each in a process of its own, with a way to sign in. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { localTenant } from '../../src/config/index.ts'
import { createBrowser, type Browser } from '@gatehouse/tenant/testing'
import { publicUrl, signedIn, type BenchEnvironment } from '../environment.ts'
import { startMeasured, type MeasuredProcess } from '../measured-process.ts'

const foreignClients = join(import.meta.dirname, '../../../../foreign-clients')

export const peerNames = ['express-openid-connect', 'better-auth'] as const
type PeerName = (typeof peerNames)[number]

/** Where the tenant sends the browser back to, besides Gatehouse's address. */
export const peerCallbacks = ['/callback', '/api/auth/callback/microsoft']

/** @returns a sentence with the command that installs the peers; undefined if they are installed */
export function missingPeers(folder = foreignClients): string | undefined {
  const missing = peerNames.filter((name) => !existsSync(join(folder, 'node_modules', name)))
  if (missing.length === 0) return undefined
  return `The peers are not installed (${missing.join(', ')}): run npm ci --prefix foreign-clients.`
}

export interface Contestant {
  name: string
  server: MeasuredProcess
  /** Signs the next user in. @returns the Cookie header of the session */
  signIn(): Promise<string>
}

/** One of the stores that Gatehouse is measured on. */
export interface GatehouseStore {
  name: string
  env: NodeJS.ProcessEnv
  /** The same kind of store without a session, another one for each start. */
  emptyAt(start: number): NodeJS.ProcessEnv
}

/** @param redisUrl undefined without a Redis */
export function gatehouseStores(
  { folder }: BenchEnvironment,
  redisUrl: string | undefined,
): GatehouseStore[] {
  const sqlite = {
    name: 'Gatehouse, sqlite',
    env: {},
    emptyAt: (start: number) => ({ DATA_DIR: join(folder, `empty-${start}`) }),
  }
  if (redisUrl === undefined) return [sqlite]
  const redis = {
    name: 'Gatehouse, redis',
    env: { STORE_URL: redisUrl },
    emptyAt: (start: number) => ({ STORE_URL: `${redisUrl}/${start}` }),
  }
  return [sqlite, redis]
}

/** @returns the answer's text */
export async function ask({ server }: Contestant, path: string, cookie: string): Promise<string> {
  const answer = await fetch(`${server.origin}${path}`, { headers: { cookie }, redirect: 'manual' })
  return answer.text()
}

/**
 * Users in turn, because one may have 100 sessions of Gatehouse. The special ones are left out: express-openid-connect's cookies
 * for a user in 200 groups are longer than the headers that Node takes. So are those without an address, whom better-auth
 * does not sign in.
 */
function inTurn({ tenant }: BenchEnvironment): () => string {
  const names = tenant.users
    .slice(13, 199)
    .filter(({ mail }) => mail)
    .map(({ userPrincipalName }) => userPrincipalName)
  let count = 0
  return () => names[count++ % names.length] ?? ''
}

export async function startGatehouse(
  bench: BenchEnvironment,
  name: string,
  env: NodeJS.ProcessEnv,
): Promise<Contestant> {
  const server = await startMeasured('gatehouse-server.ts', { ...bench.env, ...env })
  const nextUser = inTurn(bench)
  return { name, server, signIn: () => signedIn(server.origin, nextUser()) }
}

export async function startPeer(bench: BenchEnvironment, name: PeerName): Promise<Contestant> {
  const { tenant, graph, folder } = bench
  const settings = {
    authorityHost: tenant.authority,
    tenantId: tenant.tenantId,
    clientId: localTenant.clientId,
    clientSecret: localTenant.clientSecret,
    publicUrl,
    graphUrl: graph.url,
    folder,
  }
  const server = await startMeasured('peers/peer-server.ts', {
    NODE_ENV: 'production',
    BENCH_PEER: join(foreignClients, 'bench', `${name}.ts`),
    BENCH_PEER_SETTINGS: JSON.stringify(settings),
  })
  const nextUser = inTurn(bench)
  const signIn = async () => {
    const browser = createBrowser(server.origin, publicUrl)
    const callback = await browser.callbackFrom(await authorizeUrl[name](browser), {
      user: nextUser(),
    })
    const answer = await browser.get(callback)
    if (answer.status !== 302 || new URL(answer.location, publicUrl).pathname !== '/') {
      throw new Error(`${name}: sign-in ended with ${answer.status} at ${answer.location}`)
    }
    return browser.cookieHeader()
  }
  return { name, server, signIn }
}

/** The first request of a sign-in. */
const authorizeUrl: Record<PeerName, (browser: Browser) => Promise<string>> = {
  'express-openid-connect': async (browser) => (await browser.get('/login')).location,
  'better-auth': async (browser) => {
    const answer = await browser.send('/api/auth/sign-in/social', {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: publicUrl },
      body: JSON.stringify({ provider: 'microsoft', callbackURL: '/' }),
    })
    return (answer.json() as { url: string }).url
  },
}
