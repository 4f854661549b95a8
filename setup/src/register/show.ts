/** A plan on paper: what Graph is asked for, and the files as a difference. */
import { structuredPatch } from 'diff'
import { paint, say } from '../output.ts'
import type { Line } from './line.ts'

const colours = { '+': 'green', '-': 'red', '~': 'yellow', '=': 'dim' } as const

export function showHeading(text: string): void {
  say(paint('bold', text))
}

export function showLines(lines: readonly Line[]): void {
  const width = Math.max(0, ...lines.map(({ what }) => what.length))
  for (const { sign, what, value } of lines) {
    say(paint(colours[sign], `  ${sign} ${what.padEnd(width)}  ${value}`))
  }
}

/** Prints only the lines that differ, and two around them. @returns whether there are any */
export function showDifference(name: string, before: string, after: string): boolean {
  if (before === after) return false
  showHeading(name)
  const { hunks } = structuredPatch(name, name, before, after, '', '', { context: 2 })
  for (const text of hunks.flatMap(({ lines }) => lines)) {
    if (text.startsWith('\\')) continue
    const sign = text.startsWith('+') ? '+' : text.startsWith('-') ? '-' : '='
    say(paint(colours[sign], `  ${text}`))
  }
  return true
}
