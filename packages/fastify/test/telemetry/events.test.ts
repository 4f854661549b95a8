import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fieldMeanings, type LogEvent, logEvents } from '../../src/telemetry/events.ts'
import { loggingPage, loggingPagePath } from '../../tools/logging-page.ts'
import { telemetryPage, telemetryPagePath } from '../../tools/telemetry-page.ts'

const root = join(import.meta.dirname, '../../../..')
const catalogue = new Map<string, LogEvent>(
  Object.values(logEvents).flatMap((events) => Object.entries<LogEvent>(events)),
)

interface LogCall {
  place: string
  level: string
  event: string | undefined
}

/** Lines above a call in which its fields may be made. */
const above = 20

/** Every call of a logger in the sources, with the event in it, or the nearest one above it. */
function logCalls(): LogCall[] {
  const files = globSync(['packages/fastify/src/**/*.ts', 'bff/src/**/*.ts'], { cwd: root })
  return files.flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8')
    return [...text.matchAll(/\blog\)?\??\.(info|warn|error|fatal|debug|trace)\(/g)].map((call) => {
      const within = /event: '(\w+)'/.exec(
        text.slice(call.index, call.index + 120).split(/\)\n/)[0] ?? '',
      )
      const before = text.slice(0, call.index).split('\n').slice(-above).join('\n')
      const nearest = [...before.matchAll(/event: '(\w+)'/g)].at(-1)
      const line = text.slice(0, call.index).split('\n').length
      return { place: `${file}:${line}`, level: call[1] ?? '', event: within?.[1] ?? nearest?.[1] }
    })
  })
}

describe('the catalogue of metrics', () => {
  it('is docs/telemetry.md (npm run telemetry -w @gatehouse/fastify)', () => {
    expect(readFileSync(telemetryPagePath, 'utf8')).toBe(telemetryPage())
  })
})

describe('the catalogue of log events', () => {
  const calls = logCalls()

  it('has the event of every line that the sources write, and its level', () => {
    expect(calls.length).toBeGreaterThan(40)
    const undocumented = calls.filter(
      ({ event, level }) => !catalogue.get(event ?? '')?.levels.some((known) => known === level),
    )
    expect(undocumented).toEqual([])
  })

  it('has no event that no line writes', () => {
    const files = globSync(['packages/fastify/src/**/*.ts', 'bff/src/**/*.ts'], { cwd: root })
    const texts = files
      .filter((file) => !file.endsWith('telemetry/events.ts'))
      .map((file) => readFileSync(join(root, file), 'utf8'))
    const written = new Set(
      texts.flatMap((text) => [...text.matchAll(/event: '(\w+)'/g)].map(([, name]) => name)),
    )
    expect([...catalogue.keys()].toSorted()).toEqual([...written].toSorted())
  })

  it('describes no field that no event has', () => {
    const used = new Set([...catalogue.values()].flatMap(({ fields }) => fields))
    expect(Object.keys(fieldMeanings).filter((name) => !used.has(name as never))).toEqual([])
  })

  it('is docs/logging.md (npm run logging -w @gatehouse/fastify)', () => {
    expect(readFileSync(loggingPagePath, 'utf8')).toBe(loggingPage())
  })
})
