import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Check, type CheckContext, pass, unknown } from '../../src/doctor/check.ts'
import { checks, examine } from '../../src/doctor/checks.ts'
import { roles } from '../../src/doctor/checks/roles.ts'
import { sessionKeys } from '../../src/doctor/checks/session.ts'
import { freshClone, load, ownTenant } from '../support/config-folder.ts'

const context: CheckContext = {
  config: load(ownTenant),
  now: Date.now,
  answerOf: (_place, ask) => ask(),
  roles: undefined,
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
    const all = await examine(context, [first, second])
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

  it('names what it would have found besides as not checked', async () => {
    const broken = { id: 'one', others: ['two'], run: () => Promise.reject(new Error('no')) }
    const [one, ...others] = await examine(context, [broken])
    expect(one).toMatchObject({ id: 'one', status: 'fail' })
    expect(others).toEqual([unknown('two', 'Not checked: it depends on the check one.')])
  })

  it('gives a finding if something else than an error is thrown', async () => {
    const all = await throwing('broken', () => Promise.reject('secret-0123456789'))
    expect(all[1]).toMatchObject({ id: 'broken', reason: 'The check broke with an unknown error.' })
  })
})

describe('a check that does not end', () => {
  it('is a failed finding, and the others are given', async () => {
    const hanging: Check = { id: 'hanging', run: () => new Promise(() => undefined) }
    const all = await examine(context, [good('before'), hanging, good('after')], 20)
    expect(all).toEqual([
      pass('before', 'Good.'),
      expect.objectContaining({
        id: 'hanging',
        status: 'fail',
        reason: 'The check did not end within 0.02 seconds. The other findings hold.',
      }),
      pass('after', 'Good.'),
    ])
  })
})

describe('the table of docs/doctor.md', () => {
  it('has a row for each finding, in the order of the checks', () => {
    const text = readFileSync(join(import.meta.dirname, '../../../../docs/doctor.md'), 'utf8')
    const [, table = ''] = /\n\| id .*\n\|[- |]+\n((?:\|.*\n)+)/.exec(text) ?? []
    const rows = [...table.matchAll(/^\| `([a-z-]+)`/gm)].map(([, id]) => id)
    const ids = checks.flatMap(({ id, others = [] }) => [id, ...others])
    // About one request, so it is no check of the list.
    expect(rows.filter((id) => id !== 'address-bar')).toEqual(ids)
    expect(rows).toContain('address-bar')
  })
})

describe('the check of roles', () => {
  const listed = (appRoles: string[]) => load({ ...ownTenant, appRoles })
  const found = (appRoles: string[], names?: string[], refusedWithoutAny = false) => {
    const known = names && { names: new Set(names), refusedWithoutAny }
    return roles.run({ ...context, config: listed(appRoles), roles: known })
  }

  it('does not apply where no role is listed or required', () => {
    const notChecked = [{ id: 'roles', status: 'unknown' }]
    expect(found([])).toMatchObject(notChecked)
    expect(found([], [])).toMatchObject(notChecked)
  })

  it('says what is listed, and that routes are known in the running app only', () => {
    expect(found(['A'])).toMatchObject([
      { status: 'unknown', reason: expect.stringMatching(/while the app runs/) as unknown },
    ])
    expect(found(['A'], [])).toMatchObject([
      { status: 'unknown', reason: expect.stringMatching(/no route of this app/) as unknown },
    ])
    expect(found(['A'], ['A'])).toMatchObject([
      { status: 'pass', reason: expect.stringMatching(/lists it/) as unknown },
    ])
  })

  it('finds a role that register does not make, with the line to write', () => {
    expect(found(['A'], ['A', 'B'])).toMatchObject([
      { id: 'roles', status: 'warn', who: 'developer', copy: '"appRoles": ["A","B"]' },
    ])
  })

  it('finds that a user without any role was refused', () => {
    expect(found(['A'], ['A'], true)).toMatchObject([{ status: 'warn', who: 'administrator' }])
  })
})

it('does not doubt session keys in development, without which a shared store is refused', async () => {
  const config = load(freshClone, { STORE_URL: 'redis://localhost:6379' })
  expect(await sessionKeys.run({ ...context, config })).toEqual([
    pass('session-keys', '1 in SESSION_KEYS; the first one encrypts.'),
  ])
})
