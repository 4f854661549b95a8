/** A stand-in for Azure's identity endpoint, in both of its forms: it issues tokens that a Redis takes as password. */
import { createServer } from 'node:http'
import type { RedisServer } from '@gatehouse/test-support/redis'
import { SignJWT } from 'jose'

export interface IdentityEndpoint {
  url: string
  /** The object id of the identity: the user's name at Redis. */
  objectId: string
  /** What was asked for: the resource, and the header that the form of the endpoint requires. */
  asked: { path: string; resource: string | null; header: string | undefined }[]
  close(): Promise<void>
}

const objectId = '0f8fad5b-d9cb-469f-a165-70867728950e'

/**
 * @param redis takes the newest token alone as the password of the identity
 * @param lifeS how long a token lives, seconds
 */
export async function startIdentityEndpoint(
  redis: RedisServer,
  lifeS: number,
): Promise<IdentityEndpoint> {
  const asked: IdentityEndpoint['asked'] = []

  async function issue(resource: string | null): Promise<object> {
    const endsAt = Math.floor(Date.now() / 1000) + lifeS
    const token = await new SignJWT({ oid: objectId, aud: resource ?? '', nr: asked.length })
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime(endsAt)
      .sign(new TextEncoder().encode('a key of the stand-in, which nothing checks'))
    const rights = ['~gatehouse:*', '+@all']
    await redis.command('ACL', 'SETUSER', objectId, 'reset', 'on', `>${token}`, ...rights)
    return { access_token: token, expires_on: String(endsAt), resource, token_type: 'Bearer' }
  }

  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://endpoint')
    const header = request.headers['x-identity-header'] ?? request.headers['metadata']
    const resource = searchParams.get('resource')
    asked.push({ path: pathname, resource, header: header === undefined ? header : String(header) })
    void issue(resource).then((body) =>
      response.setHeader('content-type', 'application/json').end(JSON.stringify(body)),
    )
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    objectId,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
