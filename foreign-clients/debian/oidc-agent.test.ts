import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { approveDeviceCode } from '../../packages/tenant/src/testing/index.ts'
import { startProxy, type Proxy } from '../drop-in.ts'
import { askGraph } from '../graph.ts'
import { personOf } from '../person.ts'
import { requireProgram } from '../programs.ts'
import { startDropIn, type TlsTenant } from '../tls-tenant.ts'
import { runProgram, type Program } from './command-line.ts'

let at: TlsTenant
let proxy: Proxy
let agent: Program
let env: Record<string, string>
beforeAll(async () => {
  const program = requireProgram('oidc-agent', 'oidc-agent-cli')
  at = await startDropIn({ isFallbackPublicClient: true }, { deviceCodeInterval: 1 })
  proxy = await startProxy(at.port, at.certificates.authorityFile)
  const socket = join(at.folder, 'agent')
  const settings = join(at.folder, 'settings')
  mkdirSync(settings)
  env = {
    ...proxy.env,
    HOME: at.folder,
    OIDC_CONFIG_DIR: settings,
    OIDC_SOCK: socket,
    OIDC_ENCRYPTION_PW: 'of-this-test-only',
  }
  agent = runProgram(program, ['--console', '-a', socket], env)
  // It says nothing when it listens.
  await vi.waitUntil(() => existsSync(socket), { timeout: 20_000, interval: 20 })
})
afterAll(async () => {
  await agent?.end()
  proxy?.end()
  await at?.end()
})

function token(...options: string[]): Promise<string> {
  return runProgram('oidc-token', ['test', ...options], env).untilEnd()
}

describe('oidc-agent, as Debian has it', () => {
  it('signs a user in by a device code, and refreshes', async () => {
    const { user } = personOf(at, 13)
    const settings = [
      '--manual',
      `--issuer=${at.issuer}`,
      `--cert-path=${at.certificates.authorityFile}`,
      `--client-id=${at.client.clientId}`,
      `--client-secret=${at.client.clientSecret}`,
      '--scope=openid profile offline_access User.Read',
      '--flow=device',
      '--redirect-uri=http://localhost:4242',
      '--no-url-call',
      '--pw-env',
      '--prompt=none',
      '--confirm-default',
    ]
    const generator = runProgram('oidc-gen', ['test', ...settings], env)
    const verificationUri = await generator.untilSaid(/visit:\s+(https:\S+)/)
    const userCode = await generator.untilSaid(/enter the code: (\w+)/)
    await approveDeviceCode({ verificationUri, userCode, user: user.userPrincipalName })
    await generator.untilEnd()
    const first = (await token()).trim()
    expect(await askGraph(at, first)).toBe(user.id)
    const fresh = (await token('--force-new')).trim()
    expect(fresh).not.toBe(first)
    expect(await askGraph(at, fresh)).toBe(user.id)
    expect(proxy.refused).toEqual([])
  })
})
