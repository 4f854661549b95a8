/** The tables of figures in docs/performance.md, and what the benchmark beside peers says. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Figure, figuresIn, withFigures } from '../bench/figures.ts'
import { missingPeers } from '../bench/peers/contestants.ts'
import { figuresOf, type Measured, type Series } from '../bench/peers/verdicts.ts'

const figures: Figure[] = [
  { name: '/api/me: CPU', value: 1.304, unit: '×', goal: 1.35, others: 0.012 },
  { name: 'A sign-in: CPU', value: 3.004, unit: 'ms', goal: 3, others: 0.5 },
]
const peer: Figure = {
  name: 'A session: better-auth',
  value: 1.5,
  unit: 'kB',
  others: 0,
  table: 'peers',
}
const text = 'Before\n\n<!-- figures -->\n\n| old | 1.00 × |\n\n<!-- end of figures -->\n\nAfter\n'

describe('the table of figures', () => {
  it('replaces the one before, and says what was met', () => {
    const written = withFigures(text, figures, true)
    expect(written).toMatch(/^Before\n\n<!-- figures -->/)
    expect(written).toMatch(/<!-- end of figures -->\n\nAfter\n$/)
    expect(written).not.toContain('old')
    expect(written).toContain('| /api/me: CPU   | 1.30 ×  | 1.35 ×  | met     | 1 %           |')
    // Missed by a hair, which the figure does not show.
    expect(written).toContain('| A sign-in: CPU | 3.00 ms | 3.00 ms | missed')
    expect(withFigures(written, figures, true)).toBe(written)
  })

  it('is read again for the next release', () => {
    expect([...figuresIn(withFigures(text, figures, true))]).toEqual([
      ['/api/me: CPU', '1.30 ×'],
      ['A sign-in: CPU', '3.00 ms'],
    ])
  })

  it('has its place in the document, and a document without one is not overwritten', () => {
    const document = readFileSync(join(import.meta.dirname, '../../../docs/performance.md'), 'utf8')
    expect(withFigures(document, figures, true)).toContain('## How it is measured')
    expect(() => withFigures('Nothing', figures, true)).toThrow('has no place for figures')
    expect(withFigures(document, [peer], true)).toContain('## How it is measured')
    expect(() => withFigures(text, [peer], true)).toThrow('has no place for peers')
  })

  it('stays if only figures of the other table were measured', () => {
    const both = `${text}\n<!-- peers -->\n\nolder\n\n<!-- end of peers -->\n`
    const written = withFigures(both, [peer], true)
    expect(written).toContain('| old | 1.00 × |')
    expect(written).not.toContain('older')
    expect(withFigures(both, figures, true)).toContain('older')
  })

  it('keeps the rows of benchmarks that did not run, and says so until they run again', () => {
    const [me = peer, signIn = peer] = figures
    const first = withFigures(text, figures, true)
    const second = withFigures(first, [{ ...signIn, value: 2 }], false)
    expect(second).toContain(
      '| /api/me: CPU   | 1.30 ×  | 1.35 ×  | met     | 1 %, an earlier run |',
    )
    expect(second).toContain('| A sign-in: CPU | 2.00 ms | 3.00 ms | met     | 50 %')
    expect(withFigures(second, [signIn], false)).toBe(withFigures(first, [signIn], false))
    const third = withFigures(second, [{ ...me, value: 1.2 }], false)
    expect(figuresIn(third)).toEqual(
      figuresIn(
        withFigures(
          second,
          [
            { ...me, value: 1.2 },
            { ...signIn, value: 2 },
          ],
          true,
        ),
      ),
    )
    expect(third).toContain('| 1.20 ×  | 1.35 ×  | met     | 1 % ')
    expect(third).toContain('| 50 %, an earlier run |')
    expect(withFigures(second, [me], true)).not.toContain('A sign-in')
  })

  it('has a verdict only for a figure with a goal', () => {
    const written = withFigures('<!-- peers -->\n<!-- end of peers -->', [peer], true)
    expect(written).toContain('| A session: better-auth | 1.50 kB | –    | –       | 0 % ')
    expect(figuresIn(written).get('A session: better-auth')).toBe('1.50 kB')
  })
})

/** The middle one of the three is a round in which the machine was slow. */
function series(name: string, cost: number): Series {
  return { name, values: [cost, cost * 5, cost], others: 0.01 }
}

const names = ['Gatehouse, sqlite', 'express-openid-connect', 'better-auth']

/** @param costs of Gatehouse and of its peers */
function measurement(costs: [number, number, number], inUse: number): Measured {
  const all = names.map((name, place) => series(name, costs[place] ?? 0))
  const requests = [series('bare Fastify', 10), ...all]
  return {
    me: requests,
    fewUsers: requests,
    manyUsers: requests,
    memory: names.map((name) => ({ name, inUse, resident: 0 })),
  }
}

describe('the benchmark beside peers', () => {
  const before = measurement([30, 60, 90], 1_000_000)
  const signIns = [
    series('Gatehouse, sqlite', 30),
    series('Gatehouse, sqlite, many sessions', 60),
    series('express-openid-connect', 60),
    series('better-auth', 90),
  ]
  const found = (after: Measured, from = before, signInsFrom = signIns) => {
    const measured = { before: from, after, signIns: signInsFrom }
    const all = figuresOf(measured, { few: 500, many: 10_500 })
    return new Map(all.map((figure) => [figure.name, figure]))
  }

  it('compares round by round with the base', () => {
    const all = found(before)
    expect(all.get('/api/me: Gatehouse, sqlite over bare Fastify')?.value).toBe(3)
    expect(all.get('/api/users, 5 users: better-auth over bare Fastify')?.value).toBe(9)
    expect(all.get('/api/users, 5 users: better-auth over bare Fastify')).not.toHaveProperty('goal')
  })

  it.each(['/api/users, 100 users', 'A sign-in'])(
    'wants %s to cost less than with express-openid-connect, in the same run',
    (title) => {
      const name = `${title}: Gatehouse, sqlite over express-openid-connect`
      expect(found(before).get(name)).toMatchObject({ value: 0.5, goal: 1 })
      const dearer = measurement([66, 60, 90], 0)
      const dearerSignIns = [series('Gatehouse, sqlite', 66), ...signIns.slice(1)]
      expect(found(before, dearer, dearerSignIns).get(name)).toMatchObject({ value: 1.1, goal: 1 })
    },
  )

  it('says nothing of many sessions if there were not more of them', () => {
    const few = figuresOf({ before, signIns }, { few: 500, many: 500 }).map(({ name }) => name)
    expect(few).toContain('A sign-in: Gatehouse, sqlite over express-openid-connect')
    expect(few.filter((name) => /500|many|Memory/.test(name))).toEqual([])
  })

  it('has a goal for the sign-in of Gatehouse, and none for those of peers', () => {
    const all = found(before)
    expect(all.get('A sign-in: Gatehouse, sqlite')).toMatchObject({
      value: 30,
      unit: 'ms',
      goal: 3,
    })
    expect(all.get('A sign-in: better-auth')).not.toHaveProperty('goal')
  })

  it('finds growth where the ratio grows, and none where the machine became slower', () => {
    const growthIn = (after: Measured) =>
      [...found(after)].filter(([name]) => name.endsWith(', 10 500 over 500 sessions'))
    const slower = measurement([60, 120, 180], 0)
    const onSlowerMachine = { ...slower, ...twiceTheBase(slower) }
    expect(growthIn(onSlowerMachine).map(([, { value }]) => value)).toEqual([1, 1, 1])
    const grown = growthIn(measurement([60, 60, 90], 0))
    expect(grown.map(([, { value, goal }]) => [value, goal])).toEqual(
      Array.from({ length: 3 }, () => [2, 1.1]),
    )
  })

  it('compares a sign-in with many sessions to one without, in the same rounds', () => {
    const name = 'A sign-in: Gatehouse, sqlite, with 10 500 sessions over without'
    expect(found(before).get(name)).toMatchObject({ value: 2, goal: 1.1 })
  })

  it('says what a session takes of the memory', () => {
    const name = 'Memory of the process for a session: Gatehouse, sqlite'
    expect(found(measurement([30, 60, 90], 31_000_000)).get(name)).toMatchObject({
      value: 3,
      unit: 'kB',
    })
    expect(found(measurement([30, 60, 90], 0)).get(name)?.value).toBe(0)
  })

  it('meets no goal with what was not measured', () => {
    const { manyUsers, ...rest } = before
    const without = { ...rest, manyUsers: manyUsers.filter(({ name }) => !name.startsWith('exp')) }
    const name = '/api/users, 100 users: Gatehouse, sqlite over express-openid-connect'
    const figure = found(before, without).get(name)
    expect(figure && figure.value <= (figure.goal ?? 0)).toBe(false)
  })
})

describe('the packages of the peers', () => {
  it('are asked for by a sentence with the command, until all of them are installed', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-peers-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    mkdirSync(join(folder, 'node_modules/better-auth'), { recursive: true })
    expect(missingPeers(folder)).toBe(
      'The peers are not installed (express-openid-connect): run npm ci --prefix foreign-clients.',
    )
    mkdirSync(join(folder, 'node_modules/express-openid-connect'))
    expect(missingPeers(folder)).toBeUndefined()
  })
})

function twiceTheBase({ me }: Measured) {
  const requests = [series('bare Fastify', 20), ...me.slice(1)]
  return { me: requests, fewUsers: requests, manyUsers: requests }
}
