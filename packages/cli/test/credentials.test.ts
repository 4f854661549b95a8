import { X509Certificate } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { planCredential } from '../src/register/credential-plan.ts'
import { useSetup } from './support/use-setup.ts'

const setup = useSetup()
const mark = `Gatehouse register on ${hostname().slice(0, 60)}`

async function secrets() {
  const [application] = await setup.applications()
  return application?.passwordCredentials ?? []
}

async function certificates() {
  const [application] = await setup.applications()
  return application?.keyCredentials ?? []
}

function secretHere(): string | undefined {
  return /AAD_CLIENT_SECRET=(.+)/.exec(setup.folder.text('.env'))?.[1]
}

async function addForeignSecret(displayName: string) {
  const [application] = await setup.applications()
  await setup.graph.send({
    method: 'POST',
    path: `/applications/${application?.id}/addPassword`,
    body: { passwordCredential: { displayName } },
    what: 'add',
  })
}

describe('the client secret', () => {
  it('is replaced once it has expired, and stays until then', () => {
    const end = '2027-01-31T12:00:00Z'
    const application = {
      id: 'o',
      appId: 'a',
      displayName: 'App',
      passwordCredentials: [{ keyId: 'k', endDateTime: end, displayName: mark, hint: 'abc' }],
    }
    const plannedAt = (now: number) =>
      planCredential(
        { kind: 'secret', days: 30 },
        {
          application,
          federated: [],
          secret: { value: 'abc~1', keyId: 'k' },
          certificates: [],
          rotate: false,
          now,
        },
      )
    expect(plannedAt(Date.parse(end) - 1)).toMatchObject({ action: 'keep', ends: '2027-01-31' })
    expect(plannedAt(Date.parse(end))).toMatchObject({ action: 'create', ends: '2027-03-02' })
  })

  it('expires after the requested number of days', async () => {
    await setup.register('--days', '30')
    const [secret] = await secrets()
    const days = (Date.parse(secret?.endDateTime ?? '') - Date.now()) / 86_400_000
    expect(days).toBeGreaterThan(29.9)
    expect(days).toBeLessThan(30.1)
  })

  it('is replaced with --rotate: the new one is written, then the old one is removed', async () => {
    await setup.register()
    const [old] = await secrets()
    const before = secretHere()
    expect((await setup.register('--rotate')).code).toBe(0)
    const [fresh, ...others] = await secrets()
    expect(others).toEqual([])
    expect(fresh?.keyId).not.toBe(old?.keyId)
    expect(secretHere()).not.toBe(before)
    expect(setup.folder.text('.env')).toContain(`key ${fresh?.keyId}`)
  })

  it('of a deployment works on after --rotate, until the next run', async () => {
    await setup.register('--public-url', 'https://app.example.com')
    const [old] = await secrets()
    const rotated = await setup.register('--rotate')
    expect(rotated.out).toContain('Earlier credentials still work.')
    expect(rotated.out).toContain('removes them: npm run register\n')
    const both = await secrets()
    expect(both.map(({ keyId }) => keyId)).toContain(old?.keyId)
    expect(both).toHaveLength(2)
    const next = await setup.register()
    expect(next.out).toMatch(/- client secret +made here before/)
    const [fresh, ...others] = await secrets()
    expect(others).toEqual([])
    expect(setup.folder.text('.env')).toContain(`key ${fresh?.keyId}`)
  })

  it('is replaced if .env has lost it, and the lost one is removed', async () => {
    await setup.register()
    writeFileSync(join(setup.folder.path, '.env'), 'PORT=6000\n')
    expect((await setup.register()).code).toBe(0)
    expect(await secrets()).toHaveLength(1)
    expect(setup.folder.text('.env')).toMatch(/^PORT=6000\n# Made by .*\nAAD_CLIENT_SECRET=/)
  })

  it(
    'does not affect the secrets of other machines and people',
    { tags: ['thorough'] },
    async () => {
      await setup.register()
      await addForeignSecret('Gatehouse register on another-machine')
      await addForeignSecret('made in the portal')
      await setup.register('--rotate')
      const names = (await secrets()).map(({ displayName }) => String(displayName))
      expect(names.toSorted()).toEqual([
        'Gatehouse register on another-machine',
        mark,
        'made in the portal',
      ])
    },
  )

  it(
    'does not replace a secret written into .env by hand without --yes',
    { tags: ['thorough'] },
    async () => {
      const theirs = '# from the portal\nAAD_CLIENT_SECRET=theirs\n'
      writeFileSync(join(setup.folder.path, '.env'), theirs)
      const refused = await setup.register()
      expect(refused.code).toBe(1)
      expect(refused.err).toContain('AAD_CLIENT_SECRET in .env')
      expect(refused.out).not.toContain('theirs')
      expect(setup.folder.text('.env')).toBe(theirs)
      expect(await setup.applications()).toEqual([])
      expect((await setup.register('--yes')).code).toBe(0)
      expect(secretHere()).not.toBe('theirs')
    },
  )
})

describe('the certificate', () => {
  it('is made on this machine: only its owner can read the key, and Entra gets the public part', async () => {
    expect((await setup.register('--certificate')).code).toBe(0)
    const [uploaded, ...others] = await certificates()
    expect(others).toEqual([])
    expect(await secrets()).toEqual([])
    expect(setup.folder.has('.env')).toBe(false)
    const { credentials, clientSecret, clientSecretExpires } = setup.folder.config()
    expect([clientSecret, clientSecretExpires]).toEqual([undefined, undefined])
    const [entry] = credentials as { certificate: Record<string, string> }[]
    const { certificateFile = '', privateKeyFile = '' } = entry?.certificate ?? {}
    const certificate = new X509Certificate(readFileSync(certificateFile))
    const thumbprint = Buffer.from(certificate.fingerprint.replaceAll(':', ''), 'hex')
    expect(uploaded?.customKeyIdentifier).toBe(thumbprint.toString('base64'))
    expect(setup.folder.mode(privateKeyFile.slice(setup.folder.path.length + 1))).toBe(0o600)
    const key = setup.folder.text(privateKeyFile.slice(setup.folder.path.length + 1))
    expect(key).toContain('BEGIN PRIVATE KEY')
  })

  it('stays while it is valid, and is replaced with --rotate', { tags: ['thorough'] }, async () => {
    await setup.register('--certificate')
    const [first] = await certificates()
    expect((await setup.register('--certificate')).out).toContain('Everything is as it should be.')
    expect(await certificates()).toEqual([first])
    expect((await setup.register('--certificate', '--rotate')).code).toBe(0)
    const [second, ...others] = await certificates()
    expect(others).toEqual([])
    expect(second?.customKeyIdentifier).not.toBe(first?.customKeyIdentifier)
    expect(setup.folder.config().credentials).toHaveLength(1)
  })

  it('of a deployment works on after --rotate, until the next run', async () => {
    await setup.register('--certificate', '--public-url', 'https://app.example.com')
    const [first] = await certificates()
    const rotated = await setup.register('--certificate', '--rotate')
    expect(rotated.out).toContain('removes them: npm run register -- --certificate\n')
    const ids = (await certificates()).map(({ customKeyIdentifier }) => customKeyIdentifier)
    expect(ids).toHaveLength(2)
    expect(ids).toContain(first?.customKeyIdentifier)
    await setup.register('--certificate')
    expect(await certificates()).toHaveLength(1)
    expect(await certificates()).not.toContainEqual(first)
  })

  it('replaces the secret, and is replaced by a secret', { tags: ['thorough'] }, async () => {
    await setup.register()
    expect((await setup.register('--certificate')).code).toBe(0)
    expect(await secrets()).toEqual([])
    expect(setup.folder.text('.env')).toBe('')
    expect((await setup.register()).code).toBe(0)
    expect(await certificates()).toEqual([])
    expect(await secrets()).toHaveLength(1)
    expect(setup.folder.config()).not.toHaveProperty('credentials')
  })
})

describe('the federated identity', () => {
  const issuer = 'https://oidc.example.test'
  const named = async () => {
    const [application] = await setup.applications()
    const path = `/applications/${application?.id}/federatedIdentityCredentials`
    return setup.graph.list<Record<string, unknown>>(path, 'list')
  }

  it('is added once, and its token is read from a file', async () => {
    const args = ['--federated', `${issuer},system:serviceaccount:apps:gatehouse`]
    expect((await setup.register(...args)).code).toBe(0)
    expect((await setup.register(...args)).out).toContain('Everything is as it should be.')
    expect(await named()).toEqual([
      expect.objectContaining({
        issuer,
        subject: 'system:serviceaccount:apps:gatehouse',
        audiences: ['api://AzureADTokenExchange'],
      }),
    ])
    expect(await secrets()).toEqual([])
    expect(setup.folder.config().credentials).toEqual([
      { assertionFile: '/var/run/secrets/azure/tokens/azure-identity-token' },
    ])
  })

  it('has the audience of its cloud', async () => {
    const args = ['--cloud', 'china', '--federated', `${issuer},one`]
    expect((await setup.register(...args)).code).toBe(0)
    expect((await named()).map(({ audiences }) => audiences)).toEqual([
      ['api://AzureADTokenExchangeChina'],
    ])
  })

  it('changes with its subject', { tags: ['thorough'] }, async () => {
    await setup.register('--federated', `${issuer},one`)
    expect((await setup.register('--federated', `${issuer},two`)).code).toBe(0)
    expect((await named()).map(({ subject }) => subject)).toEqual(['two'])
  })
})
