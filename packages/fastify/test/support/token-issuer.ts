/** A platform that identifies its workloads: an OpenID issuer, and a metadata service that issues tokens. */
import { createServer } from 'node:http'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

export interface TokenIssuer {
  /** The address of the issuer and of the metadata service. */
  url: string
  subject: string
  token(claims?: { sub?: string; aud?: string; exp?: string }): Promise<string>
  /** Requests to the metadata service: path with query, and the header that Azure requires. */
  asked: { url: string; metadata: string | undefined }[]
  close(): Promise<void>
}

export async function startTokenIssuer(): Promise<TokenIssuer> {
  const { privateKey, publicKey } = await generateKeyPair('RS256')
  const key = { ...(await exportJWK(publicKey)), kid: 'one', use: 'sig', alg: 'RS256' }
  const asked: TokenIssuer['asked'] = []
  const subject = 'system:serviceaccount:default:gatehouse'
  let url = ''

  function token({ sub = subject, aud = 'api://AzureADTokenExchange', exp = '1h' } = {}) {
    return new SignJWT({})
      .setProtectedHeader({ alg: 'RS256', kid: 'one' })
      .setIssuer(url)
      .setSubject(sub)
      .setAudience(aud)
      .setIssuedAt()
      .setExpirationTime(exp)
      .sign(privateKey)
  }

  async function answer(path: string, metadata: string | undefined): Promise<object> {
    if (path === '/.well-known/openid-configuration')
      return { issuer: url, jwks_uri: `${url}/keys` }
    if (path === '/keys') return { keys: [key] }
    asked.push({ url: path, metadata })
    const resource = new URL(path, url).searchParams.get('resource') ?? ''
    return {
      access_token: await token({ aud: resource }),
      expires_on: String(Math.floor(Date.now() / 1000) + 3600),
      resource,
      token_type: 'Bearer',
    }
  }

  const server = createServer((request, response) => {
    const { metadata } = request.headers
    void answer(request.url ?? '', metadata === undefined ? undefined : String(metadata)).then(
      (body) => response.setHeader('content-type', 'application/json').end(JSON.stringify(body)),
    )
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
  return {
    url,
    subject,
    token,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
