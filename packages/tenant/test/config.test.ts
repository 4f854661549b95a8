/** `tenant.json`: what a mistake is answered with, and what the tenant has from a good one. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { closeNames } from '../src/config/close-names.ts'
import { checkConfig, ConfigError, loadConfig } from '../src/config/load.ts'
import { localClient } from '../src/registry/built-in.ts'
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

const clientId = '0a1b2c3d-0000-4000-8000-000000000001'

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
    [
      { clients: [{ name: 'A', redirectUris: [] }] },
      'clients[0].redirectUris',
      'web.redirectUris or spa.redirectUris or publicClient.redirectUris',
    ],
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
    [
      { clients: [{ clientId: '00000003-0000-0000-C000-000000000000', name: 'A' }] },
      'clients[0].clientId',
      'built in',
    ],
    [
      {
        clients: [
          { name: 'A', identifierUris: ['api://a'] },
          { name: 'B', identifierUris: ['api://b', 'api://A'] },
        ],
      },
      'clients[1].identifierUris[1]',
      'twice',
    ],
    [
      { clients: [{ name: 'A', web: { logoutUrl: 'http://app.example/out' } }] },
      'clients[0].web.logoutUrl',
      'https://',
    ],
    [
      {
        people: ['a', 'b'].map((name) => ({
          id: '1d5b7c2a-0f43-4a6e-8b1d-3c9e5f7a2b10',
          userPrincipalName: `${name}@local-tenant.example`,
        })),
      },
      'people[1].id',
      'twice',
    ],
    [
      {
        groups: ['a', 'b'].map((displayName) => ({
          id: '1d5b7c2a-0f43-4a6e-8b1d-3c9e5f7a2b10',
          displayName,
        })),
      },
      'groups[1].id',
      'twice',
    ],
    [
      {
        clients: [clientId, clientId.toUpperCase()].map((id) => ({ name: 'A', clientId: id })),
        consents: [{ client: 'A', scopes: ['openid'] }],
      },
      'clients[1].clientId',
      'twice',
    ],
    [
      {
        clients: [{ name: 'A' }, { name: 'A', clientId }],
        consents: [{ client: 'A', scopes: ['openid'] }],
      },
      'consents[0].client',
      'two clients',
    ],
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

  it('says that the file is a folder, or no text', () => {
    expect(() => loadConfig(folder)).toThrow('the file is a folder')
    const path = join(folder, 'bytes.json')
    writeFileSync(path, Buffer.from([0xff, 0xfe, 0x7b]))
    expect(() => loadConfig(path)).toThrow('the file cannot be read as text in UTF-8')
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
    const tenant = await start(JSON.parse(JSON.stringify(exampleConfig)) as TenantOptions)
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
    expect(tenant.clients).toMatchObject(exampleConfig.clients ?? [])
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

  it('refuses users who do not exist, all at once', async () => {
    const wrong = await refusalOf({
      clients: [{ name: 'A', appRoles: [{ value: 'R' }] }],
      groups: [{ displayName: 'Buyers', members: ['nora.hil@local-tenant.example'] }],
      appRoleAssignments: [{ role: 'R', user: 'nobody' }],
      consents: [{ client: 'A', scopes: ['openid'], user: 'nobody' }],
    })
    expect(wrong).toEqual({
      'groups[0].members[0]':
        'names no user of this tenant; did you mean nora.hill@local-tenant.example?',
      'appRoleAssignments[0].user': 'names no user of this tenant',
      'consents[0].user': 'names no user of this tenant',
    })
    const groups = [{ displayName: 'Buyers', members: ['nobody'] }]
    const clients = [{ name: 'A', delegatedPermissions: ['Nothing'] }]
    expect(await refusalOf({ tenants: [{ domain: 'b.example', groups }] })).toEqual({
      'tenants[0].groups[0].members[0]': 'names no user of this tenant',
    })
    expect(Object.keys(await refusalOf({ tenants: [{ domain: 'b.example', clients }] }))).toEqual([
      'tenants[0].clients[0].delegatedPermissions[0]',
    ])
  })

  it('refuses permissions that no API has, all at once', async () => {
    const wrong = await refusalOf({
      clients: [
        { name: 'A', delegatedPermissions: ['api://nothing/Read', 'User.Reed'] },
        { name: 'B', applicationPermissions: ['User.Read'] },
      ],
    })
    expect(wrong).toMatchObject({
      'clients[0].delegatedPermissions[0]': expect.stringContaining('no API of the tenant has'),
      'clients[0].delegatedPermissions[1]': expect.stringContaining('did you mean User.Read?'),
      'clients[1].applicationPermissions[0]': expect.stringContaining('did you mean User.Read.All'),
    })
  })

  it('still has its groups with fewer users than they name', async () => {
    const groups = [{ displayName: 'Buyers', members: ['nora.hill@local-tenant.example'] }]
    const [, second] = (await start({})).users
    groups[0]?.members.push(second?.userPrincipalName ?? '')
    await started?.close()
    const tenant = await start({ groups })
    tenant.resize(1)
    expect(tenant.users).toHaveLength(1)
  })

  it('has a consent to the client of a fresh clone', async () => {
    const consents = [{ client: localClient.name, scopes: ['User.Read'] }]
    const { consents: kept } = (await start({ consents })).exportState()
    expect(kept).toMatchObject([{ clientId: localClient.clientId, scopes: ['User.Read'] }])
  })
})

/** The problems with which a tenant does not start, by key. */
async function refusalOf(options: object): Promise<Record<string, string>> {
  try {
    await start(options)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return Object.fromEntries(error.problems.map(({ key, message }) => [key, message]))
  }
  return {}
}

describe('createTenant', () => {
  it.each([
    { port: '5175', users: 0, clients: [{ name: 'A', secret: 'x' }], post: 1 },
    web('http://app.example/cb', 'https://a.example/cb#x'),
    { clients: [{ name: 'A', publicClient: { redirectUris: ['javascript:alert(1)'] } }] },
    { host: '0.0.0.0', origin: 'https://a.example/path' },
    { appRoleAssignments: [{ role: 'X', user: 'a' }] },
    { clients: [{ name: 'A', clientSecret: 'x', redirectUris: [] }] },
  ])('refuses what tenant.json may not have, in the same words: %j', async (value) => {
    const wrong = await refusalOf(value)
    expect(Object.keys(wrong).length).toBeGreaterThan(0)
    expect(wrong).toEqual(problemsOf(value))
  })

  it('refuses wrong values of what only a program can give', async () => {
    const wrong = { now: 5, issParameter: 'yes', https: { dir: '/' }, applications: [] }
    expect(await refusalOf(wrong)).toEqual({
      applications: expect.stringMatching(/^is not a key here; there are .*clients.*issParameter$/),
      https: 'takes true, false, or an object with folder and names',
      'https.dir': 'is not a key here',
      issParameter: 'takes true or false',
      now: 'takes a function that gives milliseconds',
    })
  })

  it('knows an undefined option as an absent one', async () => {
    expect(await refusalOf({ clients: undefined, now: undefined, origin: undefined })).toEqual({})
  })
})

describe('the documents of tenant.json', () => {
  const words = (text: string) => text.replaceAll(/\s+/g, '').replaceAll(/-+/g, '-')

  it('are the schema that the tenant checks', () => {
    expect(JSON.parse(readFileSync(schemaPath, 'utf8'))).toEqual(JSON.parse(schemaText()))
    expect(words(readFileSync(documentPath, 'utf8'))).toBe(words(configurationText()))
  })
})
