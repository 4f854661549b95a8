import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startProxy, type Proxy } from '../drop-in.ts'
import { requireProgram } from '../programs.ts'
import { startDropIn, type TlsTenant } from '../tls-tenant.ts'
import { visit, visitorOf } from '../visitor.ts'
import { runProgram, type Program } from './command-line.ts'

/** Rclone listens on this port, and on no other. The system may give it to any server for a while. */
const redirectPort = 53_682
const portIsTaken = /address already in use/
const portAttempts = 40
const betweenAttemptsMs = 2000

let at: TlsTenant
let proxy: Proxy
let rclone: string
beforeAll(async () => {
  rclone = requireProgram('rclone', 'rclone')
  at = await startDropIn({ web: { redirectUris: [`http://localhost:${redirectPort}/`] } })
  proxy = await startProxy(at.port, at.certificates.authorityFile)
})
afterAll(async () => {
  proxy?.end()
  await at?.end()
})

describe('rclone, as Debian has it', () => {
  it('gets tokens for OneDrive at its default authority', async () => {
    const { clientId, clientSecret } = at.client
    const config = join(at.folder, 'rclone.conf')
    const args = ['authorize', 'onedrive', clientId, clientSecret, '--auth-no-open-browser']
    const { program, link } = await untilListening(() =>
      runProgram(rclone, [...args, '--config', config], proxy.env),
    )
    const visitor = visitorOf(at, 13)
    expect((await visit(visitor, link)).text).toContain('Success')
    const said = await program.untilEnd()
    const tokens = JSON.parse(/--->\s*(\{.*\})/.exec(said)?.[1] ?? '{}') as {
      access_token: string
      refresh_token: string
    }
    const [, payload = ''] = tokens.access_token.split('.')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object
    expect(claims).toMatchObject({ oid: visitor.user.id })
    expect(tokens.refresh_token).toBeTypeOf('string')
    // The token is for files, and the tenant has none: a user's profile needs another permission.
    const headers = { authorization: `Bearer ${tokens.access_token}` }
    expect((await fetch(`${at.graphUrl}/me`, { headers })).status).toBe(403)
    expect(proxy.refused).toEqual([])
  }, 120_000)
})

/** Starts rclone, again as long as something else listens on its port. @returns it, and the link that it gives its user */
async function untilListening(
  start: () => Program,
  left = portAttempts,
): Promise<{ program: Program; link: string }> {
  const program = start()
  try {
    const link = await program.untilSaid(/(http:\/\/127\.0\.0\.1:\d+\/auth\?state=\S+)/)
    return { program, link }
  } catch (error) {
    if (left === 0 || !portIsTaken.test(String(error))) throw error
    await setTimeout(betweenAttemptsMs)
    return untilListening(start, left - 1)
  }
}
