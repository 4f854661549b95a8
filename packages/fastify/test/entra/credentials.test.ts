import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Fastify from 'fastify'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clouds, localTenant } from '../../src/config/index.ts'
import { createEntra } from '../../src/entra/index.ts'
import { load, ownTenant } from '../support/config-folder.ts'
import {
  startGatehouse,
  type Gatehouse,
  type GatehouseOptions,
} from '@gatehouse/test-support/gatehouse'
import { writeKeyPair, type WrittenPair } from '../support/key-pairs.ts'
import { mountVolume } from '../support/mounted-volume.ts'
import { registrationAt } from '../support/registration.ts'
import { startTokenIssuer, type TokenIssuer } from '../support/token-issuer.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-credentials-'))
const secretFile = join(folder, 'secret')
const wrongFile = join(folder, 'wrong-secret')
let pair: WrittenPair
let issuer: TokenIssuer

beforeAll(async () => {
  writeFileSync(secretFile, `${localTenant.clientSecret}\n`, { mode: 0o600 })
  writeFileSync(wrongFile, 'wrong-secret-0123456789', { mode: 0o600 })
  pair = await writeKeyPair({ folder })
  issuer = await startTokenIssuer()
})

afterAll(async () => {
  await issuer.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Runs `work` in its own app, whose registration has the certificate and the issuer. */
async function withCredentials(
  credentials: object[],
  work: (gatehouse: Gatehouse) => Promise<void>,
  options: GatehouseOptions = {},
): Promise<void> {
  const config = { clientSecret: undefined, credentials, ...options.config }
  const gatehouse = await startGatehouse({ ...options, config })
  try {
    const registration = await registrationAt(gatehouse.tenant)
    const key = { type: 'AsymmetricX509Cert', usage: 'Verify', key: pair.certificate }
    await registration.change({ keyCredentials: [key] })
    const { url, subject } = issuer
    await registration.trust({ name: 'platform', issuer: url, subject })
    gatehouse.tenant.journal.clear()
    await work(gatehouse)
  } finally {
    await gatehouse.close()
  }
}

async function signsIn(gatehouse: Gatehouse): Promise<void> {
  const browser = gatehouse.browser()
  const answer = await browser.signIn()
  expect(answer.location).toBe('/')
  expect((await browser.get('/api/me')).status).toBe(200)
}

const certificate = () => ({
  certificate: { certificateFile: pair.certificateFile, privateKeyFile: pair.privateKeyFile },
})

function events(gatehouse: Gatehouse, event: string): Record<string, unknown>[] {
  const lines = gatehouse.logs.map((line) => JSON.parse(line) as Record<string, unknown>)
  return lines.filter((line) => line['event'] === event)
}

describe('each credential signs in and refreshes', () => {
  it.each([
    ['a secret in a file', () => ({ secretFile })],
    ['a certificate', certificate],
    ['an assertion of the platform', () => ({ assertionFile: join(folder, 'assertion') })],
    ['a managed identity', () => ({ managedIdentity: { clientId: localTenant.clientId } })],
  ])('%s', async (_name, credential) => {
    writeFileSync(join(folder, 'assertion'), await issuer.token())
    const env = { MANAGED_IDENTITY_URL: issuer.url }
    await withCredentials(
      [credential()],
      async (gatehouse) => {
        const browser = gatehouse.browser()
        expect((await browser.signIn()).location).toBe('/')
        // Graph challenges the token until there is a new one.
        gatehouse.tenant.revokeTokens()
        expect((await browser.get('/api/users')).status).toBe(200)
      },
      { env },
    )
  })

  it('asks the metadata service as Azure requires', () => {
    const [asked] = issuer.asked
    const url = asked?.url ?? ''
    expect(asked?.metadata).toBe('true')
    expect(url).toContain('/metadata/identity/oauth2/token?')
    expect(Object.fromEntries(new URLSearchParams(url.split('?')[1]))).toMatchObject({
      'api-version': '2018-02-01',
      resource: 'api://AzureADTokenExchange',
      client_id: localTenant.clientId,
    })
  })
})

describe('a managed identity', () => {
  // Published by Microsoft: "managed identity as a federated identity credential".
  it.each([
    ['https://login.microsoftonline.com', clouds.global.graph, 'api://AzureADTokenExchange'],
    ['https://login.microsoftonline.us', clouds.usgov.graph, 'api://AzureADTokenExchangeUSGov'],
    [
      'https://login.microsoftonline.us',
      clouds['usgov-dod'].graph,
      'api://AzureADTokenExchangeUSGov',
    ],
    [
      'https://login.partner.microsoftonline.cn',
      clouds.china.graph,
      'api://AzureADTokenExchangeChina',
    ],
    // A domain of one's own in front of the sign-in service; Graph tells the cloud.
    ['https://login.example.test', clouds.china.graph, 'api://AzureADTokenExchangeChina'],
    ['https://login.example.test', clouds.global.graph, 'api://AzureADTokenExchange'],
    ['https://contoso.ciamlogin.com', clouds.global.graph, 'api://AzureADTokenExchange'],
  ])('at %s with %s is asked for the audience %s', async (authority, baseUrl, audience) => {
    const { clientSecret: _, ...file } = ownTenant
    const scopes = ['User.Read']
    // Its own identity, because MSAL keeps tokens for the whole process.
    const credentials = [{ managedIdentity: { clientId: randomUUID() } }]
    const config = load(
      { ...file, authority, credentials, downstreamApis: { graph: { baseUrl, scopes } } },
      { MANAGED_IDENTITY_URL: issuer.url },
    )
    const entra = createEntra(config, Fastify({ logger: false }).log, Date.now)
    issuer.asked.length = 0
    const loaded = await entra.credential.list[0]?.read()
    await entra.close()
    const [asked] = issuer.asked
    expect(new URL(asked?.url ?? '', issuer.url).searchParams.get('resource')).toBe(audience)
    if (!loaded || !('clientAssertion' in loaded.auth)) throw new Error('No assertion')
    const assertion = loaded.auth.clientAssertion
    if (typeof assertion === 'string') throw new Error('A fixed assertion')
    const options = { clientId: config.clientId }
    expect(decodeJwt(await assertion(options)).aud).toBe(audience)
  })
})

describe('a credential that Entra rejects', () => {
  it('is sent once in half a minute, for all users, and at once when it was replaced', async () => {
    const file = join(folder, 'replaced')
    writeFileSync(file, 'wrong-secret-0123456789', { mode: 0o600 })
    const work = async (gatehouse: Gatehouse) => {
      const failed = async () => (await gatehouse.browser().signIn()).location
      const sent = () => gatehouse.tenant.journal.count('token')
      for (let user = 0; user < 3; user += 1) expect(await failed()).toContain('misconfigured')
      expect(sent()).toBe(1)
      gatehouse.advance(31_000)
      expect(await failed()).toContain('misconfigured')
      expect(sent()).toBe(2)
      writeFileSync(file, localTenant.clientSecret, { mode: 0o600 })
      await signsIn(gatehouse)
    }
    await withCredentials([{ secretFile: file }], work, { oneClock: true })
  })
})

describe('several credentials', () => {
  it('are tried in order: the next one if Entra refuses one, which is logged', async () => {
    await withCredentials([{ secretFile: wrongFile }, certificate()], async (gatehouse) => {
      await signsIn(gatehouse)
      const [line] = events(gatehouse, 'credential_refused')
      expect(line).toMatchObject({
        kind: 'secret_file',
        setting: 'credentials.0',
        reason: 'AADSTS7000215',
        advice: { portal: expect.stringContaining('Certificates & secrets') as string },
      })
      expect(events(gatehouse, 'credential_in_use')).toMatchObject([{ kind: 'certificate' }])
      expect(gatehouse.logs.join('')).not.toContain('wrong-secret-0123456789')
    })
  })

  it('remember which one works, for ten minutes', async () => {
    const options = { oneClock: true }
    const list = [{ secretFile: wrongFile }, { secretFile }]
    const work = async (gatehouse: Gatehouse) => {
      await signsIn(gatehouse)
      await signsIn(gatehouse)
      expect(events(gatehouse, 'credential_refused')).toHaveLength(1)
      gatehouse.advance(11 * 60_000)
      await signsIn(gatehouse)
      expect(events(gatehouse, 'credential_refused')).toHaveLength(2)
    }
    await withCredentials(list, work, options)
  })

  it('skip a missing file and a platform that does not answer', async () => {
    const list = [
      { assertionFile: join(folder, 'missing') },
      { managedIdentity: {} },
      { secretFile },
    ]
    const env = { MANAGED_IDENTITY_URL: 'http://127.0.0.1:1' }
    const work = async (gatehouse: Gatehouse) => {
      await signsIn(gatehouse)
      expect(events(gatehouse, 'credential_unavailable')).toMatchObject([
        { kind: 'assertion_file', setting: 'credentials.0' },
        { kind: 'managed_identity', setting: 'credentials.1' },
      ])
      expect(events(gatehouse, 'credential_refused')).toEqual([])
    }
    await withCredentials(list, work, { env })
  })

  it('are not changed if Entra refuses the code', async () => {
    await withCredentials([{ secretFile }, certificate()], async (gatehouse) => {
      gatehouse.tenant.faults.set({ at: 'token', kind: 'aadsts', code: 70008 })
      const answer = await gatehouse.browser().signIn()
      expect(answer.location).toContain('code=expired')
      expect(events(gatehouse, 'credential_refused')).toEqual([])
    })
  })
})

describe('a file that changes', () => {
  it('takes effect without a restart: the right secret after a wrong one', async () => {
    const path = join(folder, 'rotated')
    writeFileSync(path, 'wrong-secret-0123456789', { mode: 0o600 })
    await withCredentials([{ secretFile: path }], async (gatehouse) => {
      expect((await gatehouse.browser().signIn()).location).toContain('code=misconfigured')
      expect((await gatehouse.browser().get('/readyz')).json()).toEqual({
        status: 'ready',
        warnings: ['credential'],
      })
      // As platforms do: a new file under the old name.
      writeFileSync(`${path}.new`, localTenant.clientSecret, { mode: 0o600 })
      renameSync(`${path}.new`, path)
      await signsIn(gatehouse)
      expect((await gatehouse.browser().get('/readyz')).json()).toEqual({ status: 'ready' })
    })
  })

  it('may be a certificate and its key in a volume of Kubernetes, replaced together', async () => {
    const other = await writeKeyPair({ folder: mkdtempSync(join(folder, 'other-')) })
    const filesOf = (written: WrittenPair) => ({
      'tls.crt': readFileSync(written.certificateFile, 'utf8'),
      'tls.key': readFileSync(written.privateKeyFile, 'utf8'),
    })
    const volume = mountVolume(filesOf(pair))
    const files = {
      certificateFile: volume.pathOf('tls.crt'),
      privateKeyFile: volume.pathOf('tls.key'),
    }
    await withCredentials([{ certificate: files }], async (gatehouse) => {
      await signsIn(gatehouse)
      const registration = await registrationAt(gatehouse.tenant)
      const key = { type: 'AsymmetricX509Cert', usage: 'Verify', key: other.certificate }
      // The registration trusts the new one only, so that the old one cannot sign in.
      await registration.change({ keyCredentials: [key] })
      volume.replace(filesOf(other))
      await signsIn(gatehouse)
      expect(events(gatehouse, 'credential_refused')).toEqual([])
    })
    volume.remove()
  })

  it('may be missing for a moment, but not for more than a minute', async () => {
    const path = join(folder, 'vanishing')
    writeFileSync(path, localTenant.clientSecret, { mode: 0o600 })
    const work = async (gatehouse: Gatehouse) => {
      await signsIn(gatehouse)
      rmSync(path)
      await signsIn(gatehouse)
      gatehouse.advance(2 * 60_000)
      expect((await gatehouse.browser().signIn()).location).toContain('code=misconfigured')
      const [line] = events(gatehouse, 'credential_unavailable')
      expect(line).toMatchObject({ reason: 'has a file that cannot be read (ENOENT)' })
    }
    await withCredentials([{ secretFile: path }], work, { oneClock: true })
  })
})
