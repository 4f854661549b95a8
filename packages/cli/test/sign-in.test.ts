import { chmodSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { approveDeviceCode, people } from '@gatehouse/tenant/testing'
import { describe, expect, it } from 'vitest'
import { start } from './support/commands.ts'
import { useSetup } from './support/use-setup.ts'

const setup = useSetup()

function withoutToken(): NodeJS.ProcessEnv {
  const { GATEHOUSE_GRAPH_TOKEN: _token, ...env } = setup.env()
  return env
}

/** Starts register, and signs the user in at the browser. */
async function byDeviceCode(user: string | undefined, cancel = false) {
  const running = start('register', [], withoutToken())
  const said = await running.says(/enter the code \S+/)
  const [, verificationUri = '', userCode = ''] =
    /Open (\S+) and enter the code (\S+)/.exec(said) ?? []
  await approveDeviceCode({ verificationUri, userCode, cancel, ...(user && { user }) })
  return running.ended
}

describe('signing in by device code', () => {
  it('registers the app as the administrator who entered the code', async () => {
    const { code, out } = await byDeviceCode(people(setup.tenant).administrator.id)
    expect(code).toBe(0)
    expect(out).toContain(setup.tenant.tenantId)
    expect(await setup.applications()).toHaveLength(1)
  })

  it('says so if the user refuses', async () => {
    const { code, err } = await byDeviceCode(people(setup.tenant).administrator.id, true)
    expect(code).toBe(1)
    expect(err).toMatch(/sign-in or its consent was refused/)
    expect(setup.folder.has('.env')).toBe(false)
  })

  it('says so if only an administrator may consent', async () => {
    const { code, err } = await byDeviceCode(people(setup.tenant).first.id)
    expect(code).toBe(1)
    expect(err).toMatch(/consent was refused \(AADSTS90094\)/)
    expect(err).toMatch(/only administrators may/)
  })

  it('says so if the code expires before a sign-in', async () => {
    setup.tenant.faults.set({
      at: 'token',
      kind: 'respond',
      status: 400,
      body: { error: 'expired_token', error_description: 'AADSTS70020: expired' },
    })
    const { code, err } = await start('register', [], withoutToken()).ended
    expect(code).toBe(1)
    expect(err).toMatch(/The code expired/)
    expect(err).toMatch(/Run the command again/)
  })
})

describe('signing in with the Azure CLI', () => {
  /** A fake `az`, which answers as the real one does. */
  function withAz(script: string): NodeJS.ProcessEnv {
    const file = join(setup.folder.path, 'az')
    writeFileSync(file, `#!/bin/sh\n${script}\n`)
    chmodSync(file, 0o755)
    const env = withoutToken()
    return { ...env, PATH: `${setup.folder.path}${delimiter}${env['PATH']}` }
  }

  it('uses its session', async () => {
    const token = setup.env()['GATEHOUSE_GRAPH_TOKEN']
    const asks = '[ "$*" = "account get-access-token --resource-type ms-graph --output json" ]'
    const env = withAz(`${asks} && echo '{"accessToken":"${token}"}'`)
    expect((await start('register', ['--sign-in', 'azure-cli'], env).ended).code).toBe(0)
    expect(await setup.applications()).toHaveLength(1)
  })

  it('says to run az login if it has no session', async () => {
    const env = withAz('echo "Please run az login" >&2; exit 1')
    const { code, err } = await start('register', ['--sign-in', 'azure-cli'], env).ended
    expect(code).toBe(1)
    expect(err).toMatch(/gave no token/)
    expect(err).toMatch(/Run az login/)
  })

  it('says so if the CLI is not installed', async () => {
    const env = { ...withoutToken(), PATH: setup.folder.path }
    const { err } = await start('register', ['--sign-in', 'azure-cli'], env).ended
    expect(err).toMatch(/\(az\) is not installed/)
  })
})
