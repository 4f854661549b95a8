/** What the commands print: results on standard output, progress on standard error. */
import { styleText } from 'node:util'
import { confirm, isCancel, spinner } from '@clack/prompts'
import { structuredPatch } from 'diff'

type Colour = 'bold' | 'dim' | 'green' | 'red' | 'yellow'

/** Colours, where the stream takes any: not in a pipe, and not with NO_COLOR. */
export function paint(colour: Colour, text: string): string {
  return styleText(colour, text, { stream: process.stdout })
}

/** The same for standard error. */
export function paintError(colour: Colour, text: string): string {
  return styleText(colour, text, { stream: process.stderr })
}

/** A line of the result. */
export function say(text = ''): void {
  process.stdout.write(`${text}\n`)
}

/** A line beside the result. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`)
}

/** Shows that something is going on: a spinner on a terminal, one line elsewhere. */
export async function withProgress<T>(label: string, work: () => Promise<T>): Promise<T> {
  if (!process.stderr.isTTY) {
    note(`${label} …`)
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

/** Whether somebody is there to answer. */
export function hasTerminal(): boolean {
  return process.stdin.isTTY && process.stdout.isTTY
}

/** Asks yes or no; Ctrl+C is no. */
export async function ask(message: string): Promise<boolean> {
  const answer = await confirm({ message, initialValue: true, withGuide: false })
  return !isCancel(answer) && answer
}

// A plan on paper: what Graph is asked for, and the files as a difference.

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

/** One line of a plan, as a person reads it: what comes, changes, goes or stays. */
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
