import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { useTestApp } from '@gatehouse/test-support/use-test-app'
import { serverFile } from '../support/server-process.ts'

const gatehouse = useTestApp({ config: { clientSecretExpires: '2099-12-31' } })

interface Ended {
  code: number
  stdout: string
}

/** Runs the command with the configuration of the app. */
async function doctor(args: string[] = [], env: Record<string, string> = {}): Promise<Ended> {
  const options = { env: { PATH: process.env['PATH'], ...gatehouse().environment, ...env } }
  try {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [serverFile, 'doctor', ...args],
      options,
    )
    return { code: 0, stdout }
  } catch (error) {
    const { code, stdout } = error as Ended
    return { code, stdout }
  }
}

describe('npm run doctor', () => {
  it('prints a line for each check, without colours in a pipe, and ends with 0', async () => {
    const { code, stdout } = await doctor()
    expect(code).toBe(0)
    expect(stdout).toMatch(/^ok {4}config: Valid\.$/m)
    expect(stdout).toContain('17 checks: 0 failed, 0 warnings, 3 not checked.')
    expect(stdout).not.toContain('\u001B[')
  })

  it('ends with 1 where a check fails, and says who can do what', async () => {
    const env = { AAD_CLIENT_SECRET: 'wrong-secret-0123456789' }
    const { code, stdout } = await doctor([], env)
    expect(code).toBe(1)
    expect(stdout).toMatch(/^FAIL {2}credential: Entra refuses clientSecret \(AADSTS7000215\)\.$/m)
    expect(stdout).toMatch(/^ {6}owner: .*Certificates & secrets/m)
    expect(stdout).not.toContain(env.AAD_CLIENT_SECRET)
  })

  it('names a configuration file that is not there', async () => {
    const { stdout } = await doctor([], { AAD_CONFIG: '/nope/aad.config.json' })
    expect(stdout).toMatch(/^FAIL {2}config: The file \/nope\/aad\.config\.json does not exist /m)
    expect(stdout).toMatch(/^ {6}operator: Correct the file, and run doctor again\.$/m)
  })

  it('prints JSON for programs', async () => {
    const { code, stdout } = await doctor(['--json'], { PUBLIC_URL: 'http://127.0.0.1:5173' })
    expect(code).toBe(1)
    const { ok, findings } = JSON.parse(stdout) as { ok: boolean; findings: object[] }
    expect(ok).toBe(false)
    expect(findings[0]).toMatchObject({ id: 'config', status: 'fail', who: 'operator' })
    expect(findings[1]).toMatchObject({ id: 'authority', status: 'unknown' })
    expect(Object.keys(findings[0] ?? {})).toEqual(['id', 'status', 'reason', 'who', 'next'])
  })
})
