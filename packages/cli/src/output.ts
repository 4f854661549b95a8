/** What the commands print: results on standard output, progress on standard error. */

import { styleText } from 'node:util'
import { confirm, isCancel, spinner } from '@clack/prompts'
import { structuredPatch } from 'diff'

type Colour = 'bold' | 'dim' | 'green' | 'red' | 'yellow'

/** Adds colour, except in a pipe and with NO_COLOR. */
export function paint(colour: Colour, text: string): string {
  return styleText(colour, text, { stream: process.stdout })
}

/** Adds colour for standard error. */
export function paintError(colour: Colour, text: string): string {
  return styleText(colour, text, { stream: process.stderr })
}

/** Prints a line of the result to standard output. */
export function print(text = ''): void {
  process.stdout.write(`${text}\n`)
}

/** Prints a line to standard error. */
export function printError(text: string): void {
  process.stderr.write(`${text}\n`)
}

/** Shows progress: a spinner on a terminal, one line elsewhere. */
export async function withProgress<T>(label: string, work: () => Promise<T>): Promise<T> {
  if (!process.stderr.isTTY) {
    printError(`${label} …`)
    return work()
  }
  const progress = spinner({ output: process.stderr, withGuide: false })
  progress.start(label)
  try {
    const result = await work()
    progress.stop(label)
    return result
  } catch (error) {
    progress.error(label)
    throw error
  }
}

/** Whether a person can answer a question. */
export function hasTerminal(): boolean {
  return process.stdin.isTTY && process.stdout.isTTY
}

/**
 * Asks yes or no; Ctrl+C is no.
 *
 * @param preselected what Enter alone means: no, for what cannot be undone
 */
export async function ask(message: string, preselected: boolean): Promise<boolean> {
  const answer = await confirm({ message, initialValue: preselected, withGuide: false })
  return !isCancel(answer) && answer
}

const colours = { '+': 'green', '-': 'red', '~': 'yellow', '=': 'dim' } as const

export function showHeading(text: string): void {
  print(paint('bold', text))
}

export function showLines(lines: readonly Line[]): void {
  const width = Math.max(0, ...lines.map(({ what }) => what.length))
  for (const { sign, what, value } of lines) {
    print(paint(colours[sign], `  ${sign} ${what.padEnd(width)}  ${value}`))
  }
}

/** Prints the lines that differ, with two lines around them. @returns whether there are any */
export function showDifference(name: string, before: string, after: string): boolean {
  if (before === after) return false
  showHeading(name)
  const { hunks } = structuredPatch(name, name, before, after, '', '', { context: 2 })
  for (const text of hunks.flatMap(({ lines }) => lines)) {
    if (text.startsWith('\\')) continue
    const sign = text.startsWith('+') ? '+' : text.startsWith('-') ? '-' : '='
    print(paint(colours[sign], `  ${text}`))
  }
  return true
}

/** One line of a plan: `+` is added, `~` changes, `-` is removed, `=` stays. */
export interface Line {
  sign: '+' | '~' | '-' | '='
  what: string
  value: string
}

export const planLine = (sign: Line['sign'], what: string, value: string): Line => ({
  sign,
  what,
  value,
})
