import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Fastify from 'fastify'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { Credentials } from '../../src/entra/credentials/index.ts'
import { EntraError } from '../../src/entra/errors.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-rejection-'))
const file = join(folder, 'secret')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const rejection = new EntraError('entra_refused', 'invalid_client', {
  oauthError: 'invalid_client',
})
let now: number
let attempts: number

beforeEach(() => {
  now = 1_000_000
  attempts = 0
  writeFileSync(file, 'first', { mode: 0o600 })
})

function credentials(): Credentials {
  const { log } = Fastify({ logger: false })
  const managedIdentity = { assertion: () => Promise.reject(new Error('There is none')) }
  const list = [{ kind: 'secret_file' as const, file, endsAt: undefined }]
  return new Credentials(list, managedIdentity, log, () => now)
}

const attempt = (outcome: () => unknown) => async () => {
  attempts += 1
  return outcome()
}
const rejected = attempt(() => Promise.reject(rejection))

describe('a rejection of the client', () => {
  it('holds for 30 seconds for all users, and then Entra is asked again', async () => {
    const app = credentials()
    for (let user = 0; user < 5; user += 1) await expect(app.use(rejected)).rejects.toBe(rejection)
    expect(attempts).toBe(1)
    now += 29_999
    await expect(app.use(rejected)).rejects.toBe(rejection)
    expect(attempts).toBe(1)
    now += 1
    await expect(app.use(rejected)).rejects.toBe(rejection)
    expect(attempts).toBe(2)
  })

  it('is forgotten as soon as the credential is another one', async () => {
    const app = credentials()
    await expect(app.use(rejected)).rejects.toBe(rejection)
    writeFileSync(file, 'second', { mode: 0o600 })
    expect(await app.use(attempt(() => 'a token'))).toBe('a token')
    expect(attempts).toBe(2)
  })

  it('is not one if Entra did not answer', async () => {
    const app = credentials()
    const silent = new EntraError('entra_unavailable', 'no answer')
    const work = attempt(() => Promise.reject(silent))
    await expect(app.use(work)).rejects.toBe(silent)
    await expect(app.use(work)).rejects.toBe(silent)
    expect(attempts).toBe(2)
  })
})
