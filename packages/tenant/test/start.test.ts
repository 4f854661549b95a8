import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createTenant } from '../src/tenant.ts'

afterEach(() => vi.unstubAllEnvs())

describe('a tenant', () => {
  it('refuses to start in production', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    await expect(createTenant()).rejects.toThrow('does not start while NODE_ENV is "production"')
  })

  it.each(['0.0.0.0', '192.168.1.10', '::', 'localhost.evil.example'])(
    'refuses to listen on %s',
    async (host) => {
      await expect(createTenant({ host })).rejects.toThrow('host must be a loopback address')
    },
  )

  it.each(['', 'localhost:5175', 'login.example.test', 'https://'])(
    'refuses “%s” as its origin',
    async (origin) => {
      await expect(createTenant({ origin })).rejects.toThrow('origin takes an address')
    },
  )

  it.each([0, 1.5, 100_001])('refuses to have %s users', async (users) => {
    await expect(createTenant({ users })).rejects.toThrow(
      'users takes the number of users to generate, 1 to 100000',
    )
  })

  it('has the address that its recipes name, because clients compare it with the issuer', async () => {
    const tenant = await createTenant({ users: 1 })
    await tenant.close()
    const { hostname } = new URL(tenant.authority)
    const documents = ['../README.md', '../../../docs/local-tenant-clients.md']
    const hosts = documents.flatMap((file) => {
      const text = readFileSync(new URL(file, import.meta.url), 'utf8')
      const addresses =
        /(?<!--origin )https?:\/\/([a-z\d.]+):(?:5175|PORT)|knownAuthorities: \['([^:]+)/g
      return [...text.matchAll(addresses)].map(([, host, known]) => host ?? known)
    })
    expect(hosts.length).toBeGreaterThan(10)
    expect(hosts.filter((host) => host !== hostname)).toEqual([])
  })

  it('has the same users every time, with unique user names', async () => {
    const small = await createTenant({ users: 10 })
    const large = await createTenant({ users: 5_000 })
    await Promise.all([small.close(), large.close()])
    expect(large.users.slice(0, 10)).toEqual(small.users)
    expect(new Set(large.users.map((user) => user.userPrincipalName)).size).toBe(5_000)
    expect(new Set(large.users.map((user) => user.id)).size).toBe(5_000)
    expect(large.users[0]).toMatchObject({ displayName: 'Nora Hill' })
  })

  it('has other users by another seed, and the same ones by the same seed', async () => {
    const start = async (seed?: number | string) => {
      const tenant = await createTenant({ users: 40, ...(seed === undefined ? {} : { seed }) })
      await tenant.close()
      return tenant.users
    }
    const [usual, other, again] = [await start(), await start('other'), await start('other')]
    expect(other).toEqual(again)
    expect(await start(7)).not.toEqual(other)
    const ids = new Set(usual.map(({ id }) => id))
    expect(other.filter(({ id }) => ids.has(id))).toEqual([])
    expect(other.slice(20).map(({ displayName }) => displayName)).not.toEqual(
      usual.slice(20).map(({ displayName }) => displayName),
    )
    expect(other[0]).toMatchObject({ displayName: 'Nora Hill', roles: ['Directory.Reader'] })
    expect(await start()).toEqual(usual)
  })

  it('begins with people whose names a machine with few fonts can draw, and later has other scripts', async () => {
    const tenant = await createTenant()
    await tenant.close()
    const isLatin = ({ displayName }: { displayName: string }) =>
      /^[A-Za-zÀ-ſ '.-]+$/.test(displayName)
    expect(tenant.users.slice(0, 12).filter((user) => !isLatin(user))).toEqual([])
    expect(tenant.users.filter((user) => !isLatin(user)).length).toBeGreaterThan(50)
  })

  it('closes at once, even while a request hangs', async () => {
    const tenant = await createTenant()
    tenant.faults.set({ at: 'keys', kind: 'hang' })
    const hanging = fetch(`${tenant.origin}/${tenant.tenantId}/discovery/v2.0/keys`)
    const refused = hanging.catch((error: unknown) => String(error))
    await vi.waitFor(() => expect(tenant.journal.count('keys')).toBe(1))
    await tenant.close()
    expect(await refused).toContain('fetch failed')
  })
})

describe('the process', () => {
  const run = (env: Record<string, string>) => {
    const child = spawn(process.execPath, ['src/server.ts'], {
      cwd: new URL('..', import.meta.url),
      env: { ...process.env, NODE_ENV: 'test', ...env },
    })
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
    return { child, output: () => output }
  }

  it('prints its address, and stops on SIGTERM', async () => {
    const { child, output } = run({ TENANT_PORT: '0', TENANT_USERS: '5' })
    await vi.waitFor(() => expect(output()).toMatch(/^Local tenant with 5 users on http:\/\/127/), {
      timeout: 30_000,
    })
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
  })

  it('has people with the roles of the app, and says who', async () => {
    const roles = ['Directory.Reader', 'Notes.Editor', 'Notes.Approver']
    const { child, output } = run({ TENANT_PORT: '0', TENANT_APP_ROLES: roles.join(' ') })
    await vi.waitFor(() => expect(output()).toContain('Local tenant with'), { timeout: 30_000 })
    const origin = /http:\/\/[\d.:]+/.exec(output())?.[0] ?? ''
    const answer = await fetch(`${origin}/_tenant/users`)
    const { users } = (await answer.json()) as {
      users: { displayName: string; roles: string[] }[]
    }
    const page = await (await fetch(`${origin}/_tenant/directory`)).text()
    child.kill('SIGTERM')
    await once(child, 'exit')

    const alone = (role: string) => users.find((user) => user.roles.join() === role)?.displayName
    const [editor = 'none', approver = 'none'] = [alone('Notes.Editor'), alone('Notes.Approver')]
    expect(users[1]?.roles).toEqual(['Directory.Reader', 'Directory.Auditor', ...roles.slice(1)])
    expect(page).toMatch(new RegExp(`<b>Role Notes.Editor</b>[^]*?${editor}[^]*?</li>`))
    expect(page).toMatch(new RegExp(`<b>Role Notes.Approver</b>[^]*?${approver}[^]*?</li>`))
  })

  it.each([
    [{ TENANT_HOST: '0.0.0.0' }, 'TENANT_HOST must be a loopback address'],
    [{ TENANT_HOST: '[::1]' }, 'TENANT_HOST is "[::1]", which is no address of this machine'],
    [{ TENANT_USERS: 'many' }, 'TENANT_USERS must be a whole number'],
    [{ TENANT_USERS: '100001' }, 'TENANT_USERS must be at most 100000'],
    [{ TENANT_USERS: '0' }, 'TENANT_USERS must be at least 1'],
    [{ TENANT_PORT: '70000' }, 'TENANT_PORT'],
    [{ NODE_ENV: 'production' }, 'does not start'],
  ])('refuses %j in one sentence', async (env, words) => {
    const { child, output } = run({ TENANT_PORT: '0', ...env })
    expect(await once(child, 'close')).toEqual([1, null])
    expect(output()).toContain(words)
    expect(output().trim().split('\n')).toHaveLength(1)
  })

  it('names the port that is in use', async () => {
    const tenant = await createTenant()
    const { port } = new URL(tenant.origin)
    const { child, output } = run({ TENANT_PORT: port })
    expect(await once(child, 'close')).toEqual([1, null])
    await tenant.close()
    expect(output()).toBe(
      `Port ${port} is in use. Stop the other program, or set TENANT_PORT to another port.\n`,
    )
  })
})
