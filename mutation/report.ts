/** What the run found, as a table for people and as JSON. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { mutantId, oneLine, type Position } from './mutant-id.ts'
import { targetOf } from './targets.ts'

const reports = join(import.meta.dirname, 'reports')

/** Of Stryker's JSON report, what is read here. Its lines and columns count from 1. */
interface StrykerReport {
  files: Record<string, { source: string; mutants: StrykerMutant[] }>
  testFiles?: Record<string, { tests: { id: string; name: string }[] }>
}

interface StrykerMutant {
  mutatorName: string
  replacement?: string
  status: string
  statusReason?: string
  location: { start: Position; end: Position }
  static?: boolean
  coveredBy?: string[]
  killedBy?: string[]
}

/**
 * - killed: a test failed
 * - error: the run failed outside of a test, for example while a module was imported
 * - timeout: the tests took more than three times as long, as in an endless loop
 * - survived: all tests that reach the place passed
 * - uncovered: no test reaches the place
 */
type Outcome = 'killed' | 'error' | 'timeout' | 'survived' | 'uncovered'

const outcomes: Record<string, Outcome> = {
  Killed: 'killed',
  RuntimeError: 'error',
  Timeout: 'timeout',
  Survived: 'survived',
  NoCoverage: 'uncovered',
}

interface MutantResult {
  id: string
  target: string
  /** `path:line:column` */
  place: string
  /** The line that is changed, as it was. */
  code: string
  mutator: string
  replacement: string
  outcome: Outcome
  /** The tests that failed, or the error. */
  by: string[]
  /** How many tests reach the place; all, if it runs when its module is imported. */
  tests: number | 'all'
}

/** Why a mutant may survive. It is found by its code, so that it holds when the file is moved. */
interface AcceptedSurvivor {
  code: string
  mutator: string
  replacement: string
  reason: string
}

interface Survivor extends MutantResult {
  reason: string | undefined
}

interface Run {
  seed: string
  /** How many mutants there are. */
  of: number
  minutes: number
}

interface Report extends Run {
  score: number
  results: MutantResult[]
  survivors: Survivor[]
}

const survives = ({ outcome }: MutantResult): boolean =>
  outcome === 'survived' || outcome === 'uncovered'

/** Of the mutants that were tried, how many were noticed, in percent. */
function scoreOf(results: MutantResult[]): number {
  if (results.length === 0) return 100
  return (100 * results.filter((result) => !survives(result)).length) / results.length
}

function readResults(): MutantResult[] {
  const stryker = JSON.parse(readFileSync(join(reports, 'stryker.json'), 'utf8')) as StrykerReport
  const names = new Map<string, string>()
  for (const [file, { tests }] of Object.entries(stryker.testFiles ?? {})) {
    for (const { id, name } of tests) names.set(id, file ? `${file}: ${name}` : name)
  }
  return Object.entries(stryker.files).flatMap(([file, { source, mutants }]) => {
    const lines = source.split('\n')
    return mutants.flatMap((mutant) => {
      const outcome = outcomes[mutant.status]
      if (!outcome) return []
      const { line, column } = mutant.location.start
      const id = mutantId({
        file,
        ...mutant.location,
        mutator: mutant.mutatorName,
        replacement: mutant.replacement ?? '',
      })
      return {
        id,
        target: targetOf(file),
        place: `${file}:${line}:${column}`,
        code: oneLine(lines[line - 1] ?? ''),
        mutator: mutant.mutatorName,
        replacement: oneLine(mutant.replacement ?? ''),
        outcome,
        by: mutant.killedBy?.map((test) => names.get(test) ?? test) ?? reasonOf(mutant),
        tests: mutant.static === true ? ('all' as const) : (mutant.coveredBy?.length ?? 0),
      }
    })
  })
}

function reasonOf({ statusReason }: StrykerMutant): string[] {
  return statusReason === undefined ? [] : [oneLine(statusReason).slice(0, 300)]
}

function acceptedReason(result: MutantResult): string | undefined {
  const accepted = JSON.parse(
    readFileSync(join(import.meta.dirname, 'survivors.json'), 'utf8'),
  ) as AcceptedSurvivor[]
  return accepted.find(
    ({ code, mutator, replacement }) =>
      code === result.code && mutator === result.mutator && replacement === result.replacement,
  )?.reason
}

function readReport(): Report {
  return JSON.parse(readFileSync(join(reports, 'report.json'), 'utf8')) as Report
}

/** The ids of the last report's survivors that have no reason. */
export function readSurvivors(): string[] {
  return readReport()
    .survivors.filter(({ reason }) => reason === undefined)
    .map(({ id }) => id)
}

/**
 * Reads what Stryker wrote, and writes `reports/report.json`.
 *
 * @param again the run tried survivors again: what it noticed is changed in the last report
 */
export function writeReport(run: Run, again: boolean): Report {
  let results = readResults()
  if (again) {
    const noticed = new Map(results.filter((it) => !survives(it)).map((it) => [it.id, it]))
    results = readReport().results.map((it) => noticed.get(it.id) ?? it)
  }
  const survivors = results
    .filter(survives)
    .map((result) => ({ ...result, reason: acceptedReason(result) }))
  const report = { ...run, score: scoreOf(results), results, survivors }
  mkdirSync(reports, { recursive: true })
  writeFileSync(join(reports, 'report.json'), `${JSON.stringify(report, null, 2)}\n`)
  return report
}

/** The report as text. */
export function formatReport({ results, survivors, score, minutes }: Report): string {
  const row = (name: string, of: MutantResult[]): string => {
    const counts = Object.values(outcomes).map((outcome) =>
      String(of.filter((result) => result.outcome === outcome).length).padStart(10),
    )
    const total = String(of.length).padStart(10)
    return `${name.padEnd(12)}${total}${counts.join('')}${scoreOf(of).toFixed(1).padStart(9)} %`
  }
  const heads = ['mutants', ...Object.values(outcomes)].map((head) => head.padStart(10))
  const names = [...new Set(results.map(({ target }) => target))].toSorted()
  const table = [
    `${''.padEnd(12)}${heads.join('')}${'score'.padStart(11)}`,
    ...names.map((name) =>
      row(
        name,
        results.filter(({ target }) => target === name),
      ),
    ),
    row('all', results),
  ]
  const list = survivors.map(
    ({ place, outcome, mutator, code, replacement, tests, reason }) =>
      `${place}  ${outcome}, ${mutator}, ${tests} tests reach it\n` +
      `    ${code}\n    → ${replacement}\n    ${reason ?? 'NO REASON GIVEN'}`,
  )
  const open = survivors.filter(({ reason }) => reason === undefined).length
  const last = `${score.toFixed(1)} % noticed in ${minutes.toFixed(0)} minutes; ${survivors.length} survived, ${open} of them without a reason`
  return [table.join('\n'), ...list, last].join('\n\n')
}
