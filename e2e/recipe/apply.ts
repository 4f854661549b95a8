/** Applies a step strictly: a step that does not fit is an error. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Step } from './steps.ts'

/** @throws Error if a new file exists already, or a change does not fit exactly once */
export function applyStep(folder: string, { kind, path, text }: Step): void {
  const file = join(folder, path)
  if (kind !== 'change') {
    if (existsSync(file)) throw new Error(`${path} is there already`)
    writeFileSync(file, text)
    return
  }
  writeFileSync(file, changed(readFileSync(file, 'utf8'), text, path))
}

/**
 * @param diff without line numbers; `@@` separates two places
 * @param path for the sentence of the error
 */
export function changed(text: string, diff: string, path: string): string {
  return diff.split(/^@@\n/m).reduce((before, place) => changedPlace(before, place, path), text)
}

function changedPlace(text: string, place: string, path: string): string {
  const lines = place.trimEnd().split('\n')
  const strange = lines.find((line) => !/^[ +-]/.test(line))
  if (strange !== undefined) throw new Error(`${path}: "${strange}" is no line of a diff`)
  const without = (mark: string) =>
    lines.filter((line) => !line.startsWith(mark)).map((line) => `${line.slice(1)}\n`)
  const [old, now] = [without('+').join(''), without('-').join('')]
  // Whole lines only: the text before the match is empty or ends with a line break.
  const [head = '', tail, ...others] = `\n${text}`.split(`\n${old}`)
  if (!old || tail === undefined || others.length > 0) {
    throw new Error(
      `${path}: a change fits ${others.length + (tail === undefined ? 0 : 1)} times:\n${old}`,
    )
  }
  return `${head}\n${now}${tail}`.slice(1)
}
