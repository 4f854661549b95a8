/**
 * The app that runs on this machine, for the commands beside it. `npm run dev` and `npm start` take the same
 * variables, and only PORT means something else: `npm start` moves the page to it, `npm run dev` the back end.
 */

import { basePathOf } from '@gatehouse/contract/paths'
import { ConfigError, loadConfig, type Config } from '@gatehouse/fastify/config'
import { request } from 'undici'
import { root } from '../files/folder.ts'
import { startEnvironment, withPublicUrl } from './addresses.ts'
import { originOf } from './ports.ts'

const timeoutMs = 2000
const read = (env: NodeJS.ProcessEnv) => loadConfig(env, root)

/**
 * The environment with the public address of the app that runs: that of `npm start` if it answers there, else
 * that of `npm run dev`. A configuration that cannot be used changes nothing: the command says what is wrong.
 *
 * @throws LaunchError
 */
export async function runningEnvironment(env: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv> {
  const dev = withPublicUrl(env)
  try {
    const start = startEnvironment(env, read)
    const config = read(start)
    if (config.publicUrl === read(dev).publicUrl) return dev
    return (await isPublicUrlOf(config)) ? start : dev
  } catch (error) {
    if (error instanceof ConfigError) return dev
    throw error
  }
}

/**
 * Asks the app itself: it redirects a page that was opened at 127.0.0.1 if the port is that of its public
 * address, and no other program redirects there.
 */
async function isPublicUrlOf({ host, port, publicUrl }: Config): Promise<boolean> {
  try {
    const { headers, body } = await request(`${originOf(host, port)}${basePathOf(publicUrl)}/`, {
      headers: { host: `127.0.0.1:${port}`, accept: 'text/html' },
      signal: AbortSignal.timeout(timeoutMs),
    })
    await body.dump()
    return String(headers['location'] ?? '').startsWith(`${publicUrl}/`)
  } catch {
    return false
  }
}

/**
 * The origins of this machine where the app's own process may answer, without a proxy, a tunnel or Vite in
 * front: that of `npm run dev`, then that of `npm start`.
 *
 * @throws ConfigError or LaunchError
 */
export function appOrigins(env: NodeJS.ProcessEnv): string[] {
  const configs = [read(withPublicUrl(env)), read(startEnvironment(env, read))]
  return [...new Set(configs.map(({ host, port }) => originOf(host, port)))]
}
