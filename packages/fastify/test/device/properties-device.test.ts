import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mutateText, propertyRuns } from '@gatehouse/test-support/properties'
import {
  challengeHeader,
  readList,
  readSessionId,
  readSkipped,
  registrationHeader,
} from '../../src/device/headers.ts'
import {
  DeviceProofError,
  readRefreshProof,
  readRegistrationProof,
} from '../../src/device/proof.ts'
import { createDevice } from '../support/device.ts'

const device = createDevice()
const other = createDevice()
const base64url = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** @returns undefined for a refusal. @throws any error but DeviceProofError */
async function outcome<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof DeviceProofError) return undefined
    throw error
  }
}

/** @returns false for a TypeError. @throws any other error, and for a text that no header can carry */
function isWritten(write: () => string): boolean {
  try {
    const text = write()
    if (/^[ -~]+$/.test(text)) return true
  } catch (error) {
    if (error instanceof TypeError) return false
    throw error
  }
  throw new Error('A header with characters that it cannot carry')
}

const registration = (header: string | string[]) => outcome(readRegistrationProof(header))
const refresh = (header: string | string[]) =>
  outcome(readRefreshProof(header, device.jwk, () => true))

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.base64String(),
  fc.json().map((json) => Buffer.from(json).toString('base64url')),
  fc.constantFrom('.', '"', ',', ';', '\\', ' ', '=', ...device.refresh('c').split('.')),
)
const junk = fc.array(text, { maxLength: 7 }).map((pieces) => pieces.join(''))
const header = fc.oneof(
  junk,
  junk.map((value) => `"${value}"`),
  fc.array(junk, { maxLength: 3 }),
)
const printable = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 200 })
const id = fc.string({
  unit: fc.constantFrom(...Array.from(`${base64url}.~`)),
  minLength: 1,
  maxLength: 512,
})

describe('a device proof', () => {
  it('is refused with a reason if it is any text', async () => {
    await fc.assert(
      fc.asyncProperty(header, async (value) => {
        expect(await registration(value)).toBeUndefined()
        expect(await refresh(value)).toBeUndefined()
      }),
      propertyRuns(1000),
    )
  })

  it('is refused if one to three characters of it were changed', async () => {
    const proofs = [device.register('the-challenge', 'for-this'), device.refresh('the-challenge')]
    const changed = fc
      .constantFrom(...proofs)
      .chain((proof) => mutateText(proof, `${base64url}.=`).filter((value) => value !== proof))
    await fc.assert(
      fc.asyncProperty(changed, async (value) => {
        expect(await registration(value)).toBeUndefined()
        expect(await refresh(value)).toBeUndefined()
      }),
      propertyRuns(1000),
    )
  })

  it('is refused if its header and payload are any JSON or text, with a good signature', async () => {
    const part = fc.oneof(fc.json({ maxDepth: 3 }), fc.string({ unit: 'binary' }))
    await fc.assert(
      fc.asyncProperty(part, part, async (head, body) => {
        for (const token of [
          device.prove(head, { jti: 'c' }),
          device.prove(device.refreshHeader, body),
          device.prove(device.registrationHeader, body),
        ]) {
          expect(await registration(token)).toBeUndefined()
          expect(await refresh(token)).toBeUndefined()
        }
      }),
      propertyRuns(150),
    )
  })

  it('is refused for any other members of its key than the true ones', async () => {
    const member = fc.constantFrom('kty' as const, 'crv' as const, 'x' as const, 'y' as const)
    const value = fc.oneof(fc.json(), fc.string(), fc.constantFrom(other.jwk.x, other.jwk.y))
    await fc.assert(
      fc.asyncProperty(member, value, async (name, wrong) => {
        fc.pre(wrong !== device.jwk[name])
        const jwk = { ...device.jwk, [name]: wrong }
        const token = device.prove({ ...device.registrationHeader, jwk }, { jti: 'c' })
        expect(await registration(token)).toBeUndefined()
      }),
      propertyRuns(300),
    )
  })

  it('gives any challenge that was signed, bare or in quotes, and by its own key only', async () => {
    const challenge = fc.string({ unit: 'binary', minLength: 1, maxLength: 200 })
    await fc.assert(
      fc.asyncProperty(challenge, async (signed) => {
        const token = device.refresh(signed)
        expect(await refresh(token)).toEqual({ challenge: signed })
        expect(await refresh(`"${token}"`)).toEqual({ challenge: signed })
        expect(await registration(device.register(signed))).toMatchObject({ challenge: signed })
        await expect(readRefreshProof(token, other.jwk, () => true)).rejects.toMatchObject({
          reason: 'wrong_signature',
          challenge: signed,
        })
      }),
      propertyRuns(150),
    )
  })
})

describe('a header of device-bound sessions', () => {
  it('is read without throwing, whatever it is', () => {
    fc.assert(
      fc.property(header, (value) => {
        // What was read could be written again.
        expect(readSessionId(value) ?? 'none').toMatch(/^[\w.~-]{1,512}$/)
        for (const { reason } of readSkipped(value)) expect(reason).toMatch(/^[a-z_]+$/)
      }),
      propertyRuns(2000),
    )
  })

  it('is written so that a structured-field parser reads the same values', () => {
    fc.assert(
      fc.property(
        printable,
        printable,
        printable,
        id,
        (path, challenge, authorization, session) => {
          const written = registrationHeader({ path, challenge, authorization })
          const parameters = new Map(Object.entries({ path, challenge, authorization }))
          expect(readList(written)?.map(([, given]) => given)).toEqual([parameters])
          const asked = challengeHeader({ challenge, id: session })
          expect(readList(asked)).toEqual([[challenge, new Map([['id', session]])]])
        },
      ),
      propertyRuns(1000),
    )
  })

  it('is refused with a TypeError, or has only printable characters', () => {
    const any = fc.oneof(printable, fc.string({ unit: 'binary' }))
    fc.assert(
      fc.property(any, any, (challenge, path) => {
        const writable = [path, challenge].every((value) => /^[ -~]+$/.test(value))
        expect(isWritten(() => registrationHeader({ path, challenge }))).toBe(writable)
      }),
      propertyRuns(1000),
    )
  })

  it('brings a session back by its id, bare or in quotes', () => {
    fc.assert(
      fc.property(id, (session) => {
        expect([readSessionId(session), readSessionId(`"${session}"`)]).toEqual([session, session])
      }),
      propertyRuns(1000),
    )
  })
})
