/** The figures that are kept: verdicts for those with a goal, and what the last release had. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeMachine } from './machine.ts'
import { line, percent } from './report.ts'

export interface Figure {
  /** Unique, and the same in each release. */
  name: string
  /** At most this is wanted. Undefined for a figure of others, which is there to compare with. */
  goal?: number
  value: number
  unit: '×' | 'ms' | 'kB'
  /** Of the machine's CPU, that other processes took meanwhile; 0 to 1. */
  others: number
  /** The table of the document; `figures` by default. */
  table?: FigureTable
}

/** Each has its place in the document, and is replaced if one of its figures was measured. */
const tables = ['figures', 'peers'] as const
type FigureTable = (typeof tables)[number]

const found: Figure[] = []

/** Remembers a figure for the summary. */
export function note(figure: Figure): void {
  found.push(figure)
}

const document = join(import.meta.dirname, '../../../docs/performance.md')

/**
 * Prints each figure with its goal, the verdict and the last release's, and writes them down if that is wanted.
 *
 * @param complete whether all benchmarks ran
 */
export function printSummary({ write, complete }: { write: boolean; complete: boolean }): void {
  if (found.length === 0) return
  const before = readFileSync(document, 'utf8')
  const released = figuresIn(before)
  line(`\n${'Figures'.padEnd(74)}    figure     goal  verdict  last release  others`)
  for (const each of found) {
    const [name = '', figure = '', goal = '', verdict = '', others = ''] = cellsOf(each)
    line(
      [
        `  ${name.padEnd(72)}`,
        figure.padStart(9),
        goal.padStart(8),
        verdict.padStart(8),
        (released.get(name) ?? '–').padStart(13),
        others.padStart(7),
      ].join(' '),
    )
  }
  line(`  ${describeMachine()}`)
  if (write) {
    writeFileSync(document, withFigures(before, found, complete))
    line('  Written to docs/performance.md.')
  }
}

/** The cells of a row: name, figure, goal, verdict, share of others. */
function cellsOf({ name, value, goal, unit, others }: Figure): string[] {
  return [
    name,
    `${value.toFixed(2)} ${unit}`,
    goal === undefined ? '–' : `${goal.toFixed(2)} ${unit}`,
    goal === undefined ? '–' : value <= goal ? 'met' : 'missed',
    percent(others),
  ]
}

/** Rows of the table in the document: the name, and the figure as it is written there. */
export function figuresIn(text: string): Map<string, string> {
  const rows = text.matchAll(/^\| (?<name>[^|]+?) +\| (?<figure>[\d.]+ (?:×|ms|kB)) /gm)
  return new Map([...rows].map(({ groups }) => [groups?.['name'] ?? '', groups?.['figure'] ?? '']))
}

/**
 * The document with these figures. Rows of a benchmark that did not run stay, and say so, unless the run was complete.
 *
 * @throws Error for a document without the place of a table
 */
export function withFigures(text: string, figures: readonly Figure[], complete: boolean): string {
  return tables.reduce((written, table) => {
    const own = figures.filter((figure) => (figure.table ?? 'figures') === table)
    return own.length === 0 ? written : withTable(written, table, own.map(cellsOf), complete)
  }, text)
}

const titles = ['What', 'Figure', 'Goal', 'Verdict', 'CPU of others']
/** In the last cell. */
const ofEarlierRun = ', an earlier run'

function withTable(
  text: string,
  name: FigureTable,
  measured: readonly string[][],
  complete: boolean,
): string {
  const begin = `<!-- ${name} -->`
  const end = `<!-- end of ${name} -->`
  const [head, rest] = text.split(begin)
  const [before, tail] = rest?.split(end) ?? []
  if (head === undefined || before === undefined || tail === undefined)
    throw new Error(`docs/performance.md has no place for ${name}`)
  const fresh = new Map(measured.map((cells) => [cells[0], cells]))
  const kept = (complete ? [] : rowsOf(before)).map((cells) => {
    const again = fresh.get(cells[0])
    fresh.delete(cells[0])
    return again ?? [...cells.slice(0, -1), cells.at(-1)?.replace(ofEarlierRun, '') + ofEarlierRun]
  })
  const written = tableOf([titles, ...kept, ...fresh.values()])
  return `${head}${begin}\n\n${describeMachine()}\n\n${written}\n\n${end}${tail}`
}

/** The cells of each row of a table, without its head. */
function rowsOf(table: string): string[][] {
  const rows = [...table.matchAll(/^\| (.+?) +\|$/gm)].map(([, row = '']) => row.split(/ +\| +/))
  return rows.slice(2)
}

/** A table of Markdown, its columns as wide as the formatter makes them. */
function tableOf(rows: readonly string[][]): string {
  const [head = []] = rows
  const widths = head.map((_, column) =>
    Math.max(...rows.map((cells) => cells[column]?.length ?? 0)),
  )
  const lineOf = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const [first, ...others] = rows.map(lineOf)
  return [first, lineOf(widths.map((width) => '-'.repeat(width))), ...others].join('\n')
}
