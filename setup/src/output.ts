/** What the commands print: results on standard output, progress on standard error. */
import { styleText } from 'node:util'
import { confirm, isCancel, spinner } from '@clack/prompts'

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
