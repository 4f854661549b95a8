import { describe, expect, it } from 'vitest'
import { type Check, type CheckContext, pass } from '../../src/doctor/check.ts'
import { examine } from '../../src/doctor/checks.ts'
import { load, ownTenant } from '../support/config-folder.ts'

const context: CheckContext = {
  config: load(ownTenant),
  now: Date.now,
  answerOf: (_place, ask) => ask(),
}

const good = (id: string): Check => ({ id, run: () => [pass(id, 'Good.')] })

const throwing = (id: string, run: Check['run']) =>
  examine(context, [good('before'), { id, run }, good('after')])

describe('a run of all checks', () => {
  it('starts them at once, and gives the findings in the order of the list', async () => {
    const { promise: secondRuns, resolve: letFirstEnd } = Promise.withResolvers<void>()
    const first: Check = {
      id: 'first',
      async run() {
        await secondRuns
        return [pass('first', 'Good.'), pass('first-too', 'Good.')]
      },
    }
    const second: Check = {
      id: 'second',
      run() {
        letFirstEnd()
        return [pass('second', 'Good.')]
      },
    }
    const none: Check = { id: 'does-not-apply', run: () => [] }
    const all = await examine(context, [first, none, second])
    expect(all.map(({ id }) => id)).toEqual(['first', 'first-too', 'second'])
  })

  it('makes a failed finding of a check that throws, and keeps the others', async () => {
    const broken = throwing('broken', () => {
      throw new TypeError('no such thing')
    })
    expect(await broken).toEqual([
      pass('before', 'Good.'),
      {
        id: 'broken',
        status: 'fail',
        reason: 'The check broke with TypeError.',
        who: 'developer',
        next: 'Report this: a check gives a finding, and throws no error.',
      },
      pass('after', 'Good.'),
    ])
  })

  it('does the same with a promise that is rejected, and does not quote the error', async () => {
    const error = Object.assign(new Error('secret-0123456789'), { code: 'ECONNRESET' })
    const all = await throwing('broken', () => Promise.reject(error))
    expect(all.map(({ status }) => status)).toEqual(['pass', 'fail', 'pass'])
    expect(all[1]?.reason).toBe('The check broke with Error (ECONNRESET).')
    expect(JSON.stringify(all)).not.toContain('secret-0123456789')
  })

  it('gives a finding if something else than an error is thrown', async () => {
    const all = await throwing('broken', () => Promise.reject('secret-0123456789'))
    expect(all[1]).toMatchObject({ id: 'broken', reason: 'The check broke with an unknown error.' })
  })
})
