/** `tenant.json`: what a mistake is answered with, and what the tenant has from a good one. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { closeNames } from '../src/config/close-names.ts'
import { checkConfig, ConfigError, loadConfig } from '../src/config/load.ts'
import { createTenant, type Tenant, type TenantOptions } from '../src/tenant.ts'
import { configurationText } from '../tools/configuration-doc.ts'
import { exampleConfig } from '../tools/example-config.ts'
import { documentPath, schemaPath, schemaText } from '../tools/schema.ts'

const folder = mkdtempSync(join(tmpdir(), 'tenant-config-'))
let started: Tenant | undefined
afterEach(async () => {
  await started?.close()
  started = undefined
})
afterEach(() => rmSync(join(folder, 'tenant.json'), { force: true }))

async function start(options: TenantOptions): Promise<Tenant> {
  started = await createTenant({ users: 13, ...options })
  return started
}

function problemsOf(value: unknown): Record<string, string> {
  try {
    checkConfig(value)
  } catch (error) {
    if (error instanceof ConfigError) {
      return Object.fromEntries(error.problems.map(({ key, message }) => [key, message]))
    }
    throw error
  }
  return {}
}

/** The claim `roles` of a user's ID token for the first client. */
async function rolesOf({ origin }: Tenant, user: string | undefined): Promise<unknown> {
  const answer = await fetch(`${origin}/_tenant/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'id_token', client: 'Web app', user }),
  })
  return ((await answer.json()) as { claims: { roles?: string[] } }).claims.roles
}

const web = (...redirectUris: string[]) => ({ clients: [{ name: 'App', web: { redirectUris } }] })

describe('a wrong tenant.json', () => {
  it('is refused with every key at once, far more than eight', () => {
    const clients = Array.from({ length: 20 }, (_, index) => ({
      name: `App ${index}`,
      secret: 'x',
    }))
    const problems = problemsOf({ port: '5175', users: 0, clients, post: 1 })
    expect(Object.keys(problems)).toHaveLength(23)
    expect(problems).toMatchObject({
      port: 'takes a port; 0 takes any free one',
      users: 'takes the number of users to generate, 1 to 100000',
      post: 'is not a key here; did you mean port?',
      'clients[19].secret': 'is not a key here; did you mean secrets?',
    })
  })

  it.each([
    [{ clients: [{}] }, 'clients[0].name', 'is missing'],
    [web('http://app.example/cb'), 'clients[0].web.redirectUris[0]', 'https://'],
    [
      web('https://a.example/cb', 'https://*.example/cb'),
      'clients[0].web.redirectUris[1]',
      'wildcard',
    ],
    [web('https://a.example/cb#x'), 'clients[0].web.redirectUris[0]', 'fragment'],
    [web('nowhere'), 'clients[0].web.redirectUris[0]', 'is not an address'],
    [web('myapp://cb'), 'clients[0].web.redirectUris[0]', 'https://'],
    [
      { clients: [{ name: 'A', publicClient: { redirectUris: ['javascript:alert(1)'] } }] },
      'clients[0].publicClient.redirectUris[0]',
      'scheme',
    ],
    [
      {
        clients: [
          {
            name: 'A',
            web: { redirectUris: ['https://a.example/'] },
            spa: { redirectUris: ['https://a.example/'] },
          },
        ],
      },
      'clients[0].spa.redirectUris[0]',
      'also in web',
    ],
    [{ clients: [{ name: 'A' }, { name: 'a' }] }, 'clients[1].name', 'twice'],
    [{ host: '0.0.0.0' }, 'host', 'loopback'],
    [{ origin: 'https://a.example/path' }, 'origin', 'takes an address'],
    [{ https: true, origin: 'http://a.example' }, 'origin', 'https://'],
    [{ people: [{ userPrincipalName: 'nora' }] }, 'people[0].userPrincipalName', 'user name'],
    [
      { people: [{ userPrincipalName: 'a@b.example', groups: ['Buyers'] }] },
      'people[0].groups[0]',
      'no group',
    ],
    [{ appRoleAssignments: [{ role: 'X', user: 'a' }] }, 'appRoleAssignments[0].role', 'no client'],
    [{ consents: [{ client: 'A', scopes: ['openid'] }] }, 'consents[0].client', 'no client'],
    [[], 'the whole', 'takes an object'],
    [null, 'the whole', 'takes an object'],
  ])('names the key: %j', (value, key, words) => {
    expect(problemsOf(value)[key]).toContain(words)
  })

  it('refuses what has the form of a real secret, and repeats no secret', () => {
    const secret = `abc8Q~${'x'.repeat(34)}`
    const problems = problemsOf({ clients: [{ name: 'A', secrets: [secret, 5] }] })
    expect(problems).toEqual({ 'clients[0].secrets[1]': expect.stringContaining('takes a secret') })
    const found = problemsOf({ clients: [{ name: 'A', secrets: [secret] }] })
    expect(Object.keys(found)).toEqual(['clients[0].secrets[0]'])
    expect(JSON.stringify(found)).not.toContain(secret)
  })

  it.each([
    ['{\n "clients": [\n  { "secrets": ["top-secret"], }\n ]\n}', 'line 3'],
    ['{\n // note\n "users": 5 }', 'line 2'],
    ["{ 'users': 5 }", 'line 1'],
    ['{ "users": 5,\n "host": "127.0.0.1"', 'line 2'],
    ['', 'line 1'],
  ])('says the line where %j is not JSON, and quotes nothing', (text, line) => {
    const file = join(folder, 'tenant.json')
    writeFileSync(file, text)
    const refusal = (() => {
      try {
        loadConfig(file)
      } catch (error) {
        return String(error)
      }
      return ''
    })()
    expect(refusal).toContain(`${line} is not JSON`)
    expect(refusal).not.toContain('top-secret')
  })

  it('says that the file does not exist', () => {
    expect(() => loadConfig(join(folder, 'nothing.json'))).toThrow('the file does not exist')
  })
})

describe('names that were meant', () => {
  it.each([
    ['prot', ['port']],
    ['redirectUri', ['redirectUris']],
    ['trottled', ['throttled']],
    ['zzzzzz', []],
    ['', []],
  ])('near "%s" are %j', (name, close) => {
    expect(closeNames(name, ['port', 'redirectUris', 'throttled', 'users'])).toEqual(close)
  })
})

describe('a tenant with applications and people of its own', () => {
  it('has the people, groups, roles and consents of the example', async () => {
    const { clients: applications, ...rest } = exampleConfig
    const tenant = await start({ ...rest, ...(applications && { applications }) })
    const byName = (name: string) => tenant.users.find((user) => user.userPrincipalName === name)
    const nora = byName('nora.hill@local-tenant.example')
    const sam = byName('sam@local-tenant.example')
    expect(tenant.users).toHaveLength(51)
    expect(nora).toMatchObject({ displayName: 'Nora Hill', jobTitle: 'Buyer' })
    for (const user of [nora?.id, sam?.id]) {
      expect(await rolesOf(tenant, user)).toEqual(['Orders.Approver'])
    }
    expect(await rolesOf(tenant, tenant.users[4]?.id)).toBeUndefined()
    expect(nora?.groups).toContain(sam?.groups[0])
    expect(tenant.clients).toEqual([])
  })

  it('gives the same ids at every start', async () => {
    const people = [{ userPrincipalName: 'sam@local-tenant.example' }]
    const first = (await start({ people })).users.at(-1)
    await started?.close()
    expect((await start({ people })).users.at(-1)).toEqual(first)
  })

  it('has its user names in another domain', async () => {
    const tenant = await start({ domain: 'people.example' })
    expect(tenant.users[0]).toMatchObject({
      userPrincipalName: 'nora.hill@people.example',
      mail: 'nora.hill@people.example',
    })
  })

  it('refuses a member who is no user', async () => {
    const groups = [{ displayName: 'Buyers', members: ['nobody@local-tenant.example'] }]
    await expect(start({ groups })).rejects.toThrow('"nobody@local-tenant.example", who is no user')
  })

  it('refuses a permission that no API has, and a role for nobody', async () => {
    const applications = [{ name: 'A', delegatedPermissions: ['api://nothing/Read'] }]
    await expect(start({ applications })).rejects.toThrow('which no API of the tenant has')
    const roles = { applications: [{ name: 'A', appRoles: [{ value: 'R' }] }] }
    const appRoleAssignments = [{ role: 'R', user: 'nobody' }]
    await expect(start({ ...roles, appRoleAssignments })).rejects.toThrow(
      '"nobody", who is no user',
    )
  })

  it('refuses options that tenant.json would refuse', async () => {
    const applications = [{ name: 'A', web: { redirectUris: ['http://a.example'] } }]
    await expect(start({ applications })).rejects.toThrow('clients[0].web.redirectUris[0]')
  })
})

describe('the documents of tenant.json', () => {
  const words = (text: string) => text.replaceAll(/\s+/g, '').replaceAll(/-+/g, '-')

  it('are the schema that the tenant checks', () => {
    expect(JSON.parse(readFileSync(schemaPath, 'utf8'))).toEqual(JSON.parse(schemaText()))
    expect(words(readFileSync(documentPath, 'utf8'))).toBe(words(configurationText()))
  })
})
