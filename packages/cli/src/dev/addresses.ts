/** Where the page, the back end and the local tenant are: one rule for every command. */

import { type Config, publicUrlProblem } from '@gatehouse/fastify/config'
import { basePathOf } from '@gatehouse/contract/paths'
import type { ConfigValue } from '../files/config-file.ts'
import { folderOf } from '../files/folder.ts'
import { readTextFile } from '../files/parse-env.ts'

/** A mistake in the environment, in a sentence that names the variable. */
export class LaunchError extends Error {
  override readonly name = 'LaunchError'
}

const defaultWebPort = 5173

/** @throws LaunchError */
function portIn(env: NodeJS.ProcessEnv, variable: string): number | undefined {
  const text = env[variable]?.trim()
  if (!text) return undefined
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (port >= 1 && port <= 65_535) return port
  throw new LaunchError(`${variable} takes a port number from 1 to 65535, not "${text}".`)
}

/** The port of an address of this machine that is served without TLS; undefined for any other. */
function ownPort(publicUrl: string): number | undefined {
  const { protocol, hostname, port } = new URL(publicUrl)
  return protocol === 'http:' && hostname === 'localhost' ? Number(port || 80) : undefined
}

/**
 * Sets the public address by WEB_PORT, outside production: the page's port is part of it. Each command asks
 * this, so that all of them name the same address. The path of the configured one stays.
 *
 * @throws LaunchError
 */
export function withPublicUrl(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (env['NODE_ENV'] === 'production') return env
  const port = portIn(env, 'WEB_PORT')
  if (port === undefined || env['PUBLIC_URL']?.trim()) return env
  const moved = `http://localhost:${port}${configuredPath(env)}`
  // Its path is the file's. What is wrong with that has to name the file's key, and not this variable.
  return publicUrlProblem(moved) === undefined ? { ...env, PUBLIC_URL: moved } : env
}

/** The path of `publicUrl` in the file. What is wrong there is said when the configuration is loaded. */
function configuredPath(env: NodeJS.ProcessEnv): string {
  try {
    const { publicUrl } = JSON.parse(readTextFile(folderOf(env).config)?.text ?? '') as ConfigValue
    return basePathOf(publicUrl ?? '')
  } catch {
    return ''
  }
}

/**
 * The port of the page under `npm run dev`: WEB_PORT, or that of the public address if it is on this machine.
 *
 * @throws LaunchError
 */
export function webPortOf(env: NodeJS.ProcessEnv, { publicUrl }: Config): number {
  return portIn(env, 'WEB_PORT') ?? ownPort(publicUrl) ?? defaultWebPort
}

/**
 * The environment of `npm start`, where one process has the page and the API. In production, a proxy has the
 * public port. On a development machine, this process has it, and a port that is set moves both.
 *
 * @param read the configuration of an environment
 * @throws LaunchError
 */
export function startEnvironment(
  env: NodeJS.ProcessEnv,
  read: (env: NodeJS.ProcessEnv) => Config,
): NodeJS.ProcessEnv {
  if (env['NODE_ENV'] === 'production') return env
  const asked = portIn(env, 'WEB_PORT') ?? portIn(env, 'PORT')
  const moved = withPublicUrl(env)
  const { publicUrl } = read(moved)
  const fromUrl = ownPort(publicUrl)
  const port = asked ?? fromUrl
  if (port === undefined) return moved
  const isSet = Boolean(moved['PUBLIC_URL']?.trim())
  const follows = !isSet && fromUrl !== undefined
  return {
    ...moved,
    PORT: String(port),
    ...(follows && { PUBLIC_URL: `http://localhost:${port}${basePathOf(publicUrl)}` }),
  }
}

/**
 * What has to be in front if the public address is not the one that is served, as behind a proxy or a tunnel.
 *
 * @param served the origin that answers, such as http://localhost:5173
 */
export function proxyNote({ publicUrl }: Config, served: string): string | undefined {
  const { origin } = new URL(publicUrl)
  if (origin === served || ownPort(publicUrl) === Number(new URL(served).port)) return undefined
  return `${publicUrl} has to be passed on to ${served}, by a proxy or by port forwarding.`
}
