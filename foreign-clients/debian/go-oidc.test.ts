import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../packages/tenant/src/testing/index.ts'
import { startClient, type ClientProcess } from '../client-process.ts'
import { askGraph } from '../graph.ts'
import { requireGo } from '../programs.ts'
import { startTlsTenant, type TlsTenant } from '../tls-tenant.ts'
import { visit, visitorOf } from '../visitor.ts'

let at: TlsTenant
let site: ClientProcess
let origin: string
beforeAll(async () => {
  at = await startTlsTenant({ web: { redirectUris: ['http://localhost/callback'] } })
  const program = build(at.folder)
  const port = await freePort()
  origin = `http://localhost:${port}`
  site = startClient(program, [], { SSL_CERT_FILE: at.certificates.authorityFile })
  const { clientId, clientSecret } = at.client
  const address = `127.0.0.1:${port}`
  await site.ask({ origin, address, issuer: at.issuer, clientId, clientSecret })
})
afterAll(async () => {
  await site?.end()
  await at?.end()
})

/** @returns the program. @throws Error with the compiler's messages */
function build(folder: string): string {
  const { go, libraries } = requireGo()
  const program = join(folder, 'go-oidc')
  const env = { PATH: process.env['PATH'], GO111MODULE: 'off', GOPATH: libraries }
  const source = join(import.meta.dirname, 'go-oidc.go')
  const { status, stderr } = spawnSync(go, ['build', '-o', program, source], {
    env: { ...env, GOCACHE: join(folder, 'go-cache') },
  })
  if (status !== 0) throw new Error(`Go builds no program: ${String(stderr)}`)
  return program
}

interface SignedIn {
  claims: { sub: string; oid: string }
  userInfo: { sub: string }
  tokens: string[]
}

describe('go-oidc, as Debian has it', () => {
  it('signs a user in, reads UserInfo and refreshes', async () => {
    const visitor = visitorOf(at, 13)
    const { id, displayName: name, mail } = visitor.user
    const answer = (await visit(visitor, `${origin}/login`)).json() as unknown as SignedIn
    expect(answer.claims).toMatchObject({ oid: id, name, iss: at.issuer })
    expect(answer.userInfo).toEqual({ sub: answer.claims.sub, email: mail })
    expect(new Set(answer.tokens).size).toBe(2)
    for (const token of answer.tokens) expect(await askGraph(at, token)).toBe(id)
  })
})
