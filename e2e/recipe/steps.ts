/** Reads a page of docs/ as what it asks its reader to do: the fenced blocks that name a file. */

export interface Step {
  /** `file`: a whole new one. `change`: a diff of one that is there. `example`: of no use to the page itself. */
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
