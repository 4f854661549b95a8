/** Reads the steps of a page of docs/: the fenced blocks that name a file. */

export interface Step {
  /** `file`: a new file. `change`: a diff of an existing one. `example`: not needed for the page itself. */
  kind: 'file' | 'change' | 'example'
  /** From the project's root. */
  path: string
  text: string
}

const block = /^```(\w+)([^\n]*)\n(.*?)^```$/gms
const named = /^ (title|example)="([^"]+)"$/

/** @throws Error for a block of code that does not say which file it is of */
export function readSteps(markdown: string): Step[] {
  return [...markdown.matchAll(block)].map(([, language, rest = '', text = '']) => {
    const [, attribute, path] = named.exec(rest) ?? []
    if (!path) throw new Error(`This block names no file: ${text}`)
    if (attribute === 'example') return { kind: 'example', path, text }
    return { kind: language === 'diff' ? 'change' : 'file', path, text }
  })
}

/** The lines that a step adds. */
export function addedLines({ kind, text }: Step): string[] {
  const lines = text.trimEnd().split('\n')
  return kind === 'change' ? lines.filter((line) => line.startsWith('+')) : lines
}
