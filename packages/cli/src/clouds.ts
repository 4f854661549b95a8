/** The cloud that a command works on: Microsoft's addresses, or those of a local tenant in their place. */
import {
  type Cloud,
  type CloudName,
  cloudNames,
  clouds,
  isLoopback,
} from '@gatehouse/fastify/config'
import { SetupError } from './errors.ts'

/** The cloud of a configuration; undefined for the local tenant, and for other addresses. */
export function cloudOf(authority: unknown, graph: unknown): CloudName | undefined {
  const fits = (name: CloudName) => clouds[name].authority === authority
  return (
    cloudNames.find((name) => fits(name) && clouds[name].graph === graph) ?? cloudNames.find(fits)
  )
}

/**
 * The cloud's addresses, or those of a local tenant in its place.
 *
 * @throws SetupError for an address beyond this machine, and in production, because an administrator's
 * token is sent there
 */
export function addressesOf(
  name: CloudName,
  { authority, graph }: { authority?: string | undefined; graph?: string | undefined },
  production: boolean,
): Cloud {
  const cloud: Cloud = clouds[name]
  const local = { ...(authority && { authority }), ...(graph && { graph }) }
  for (const [key, address] of Object.entries(local)) {
    if (address === cloud[key as keyof Cloud]) continue
    const url = URL.parse(address)
    const isLocal = url?.protocol === 'http:' && isLoopback(url)
    if (isLocal && !production) continue
    throw new SetupError(
      'usage',
      `${address} cannot stand in for Microsoft: only http://127.0.0.1 can, outside production.`,
      `Leave --${key} and its environment variable out; --cloud chooses between Microsoft's own.`,
    )
  }
  return { ...cloud, ...local }
}
