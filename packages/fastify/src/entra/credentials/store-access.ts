/** How this process signs in at Redis: a password, a file that is read again, or a token of its identity. */
import type { FastifyBaseLogger } from 'fastify'
import { decodeJwt } from 'jose'
import { type Config, readSecretFileAsync } from '../../config/index.ts'
import { createEntraNetwork } from '../network.ts'
import { createManagedIdentity, CredentialUnavailable } from './sources.ts'

/**
 * What tokens for Azure Managed Redis and Azure Cache for Redis are asked for. The user's name is the object
 * id of the identity.
 * https://learn.microsoft.com/azure/redis/entra-for-authentication
 */
const redisResource = 'https://redis.azure.com'

/** @param log for credentials that cannot be renewed while the store is connected */
export function createStoreAccess(
  { store: { login, ca }, proxy }: Pick<Config, 'store' | 'proxy'>,
  log: Pick<FastifyBaseLogger, 'error'> | undefined,
  now: () => number,
) {
  const onCredentialFailure = (error: unknown) =>
    log?.error(
      { err: error, event: 'store_credential' },
      'The credentials for the store could not be renewed; connections end when the old ones do',
    )
  if (!login) return { ca, onCredentialFailure }
  if (login.kind === 'password') {
    const { password } = login
    return { ca, credentials: () => Promise.resolve({ password }), onCredentialFailure }
  }
  if (login.kind === 'password_file') {
    const credentials = async () => {
      const { content, fault } = await readSecretFileAsync(login.file)
      if (content === undefined) throw new CredentialUnavailable(`of the store has ${fault}`)
      return { password: content }
    }
    return { ca, credentials, onCredentialFailure }
  }
  const network = createEntraNetwork(proxy, now)
  const identity = createManagedIdentity(network, redisResource)
  const credentials = async () => {
    const { token, endsAt } = await identity.token(login)
    const { oid } = decodeJwt(token)
    const username = typeof oid === 'string' ? oid : undefined
    return { username, password: token, endsInMs: endsAt && endsAt - now() }
  }
  return { ca, credentials, onCredentialFailure, close: () => network.close() }
}
