export interface Position {
  line: number
  column: number
}

export interface MutantPlace {
  /** From the root of the repository. */
  file: string
  /** Lines and columns count from 1. */
  start: Position
  end: Position
  mutator: string
  replacement: string
}

/** `path 12:5-12:20 EqualityOperator a <= b` */
export function mutantId({ file, start, end, mutator, replacement }: MutantPlace): string {
  const place = `${start.line}:${start.column}-${end.line}:${end.column}`
  return `${file} ${place} ${mutator} ${oneLine(replacement)}`
}

export function oneLine(code: string): string {
  return code.replaceAll(/\s+/g, ' ').trim()
}
