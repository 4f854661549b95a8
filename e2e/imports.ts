/** Reads a source tree for the layout test: which file imports what, how long it is, and how long its functions are. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync, Visitor, type ESTree } from 'vite'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

export interface SourceFile {
  /** From the project's root, with forward slashes. */
  path: string
  lines: number
  text: string
  /** Packages as they are named; files of the project as their paths from its root. */
  imports: string[]
}

const statement = /(?:^|\n)\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/g
const sideEffect = /(?:^|\n)\s*import\s*['"]([^'"]+)['"]/g
const dynamic = /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g

/** Every TypeScript file below a folder of the project, generated ones left out. */
export function sourceFiles(folder: string): SourceFile[] {
  if (!existsSync(join(root, folder))) return []
  const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
  const files = entries.filter(
    (entry) => entry.isFile() && /(?<!\.generated)\.tsx?$/.test(entry.name),
  )
  return files
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter(
      (path) =>
        !/(?:^|\/)(?:node_modules|dist|package)\//.test(path) && !path.includes('.generated.'),
    )
    .map(read)
}

function read(path: string): SourceFile {
  const text = readFileSync(join(root, path), 'utf8')
  const specifiers = [statement, sideEffect, dynamic].flatMap((pattern) =>
    [...text.matchAll(pattern)].map((match) => match[1] ?? ''),
  )
  const imports = specifiers.map((specifier) =>
    specifier.startsWith('.') ? normalize(join(dirname(path), specifier)) : specifier,
  )
  return { path, text, imports, lines: text.trimEnd().split('\n').length }
}

export interface FunctionSize {
  path: string
  /** The line that it begins on, from 1. */
  line: number
  lines: number
}

/** The functions of a file with their lengths in lines, nested ones too. */
export function functionSizes({ path, text }: SourceFile): FunctionSize[] {
  const { program } = parseSync(path, text)
  const lineAt = (offset: number) => text.slice(0, offset).split('\n').length
  const sizes: FunctionSize[] = []
  const add = ({ start, end }: ESTree.Function | ESTree.ArrowFunctionExpression) => {
    const line = lineAt(start)
    sizes.push({ path, line, lines: lineAt(end) - line + 1 })
  }
  new Visitor({
    FunctionDeclaration: add,
    FunctionExpression: add,
    ArrowFunctionExpression: add,
  }).visit(program)
  return sizes
}

/** Files that import each other in a circle, types counted; each circle once. */
export function circles(files: readonly SourceFile[]): string[][] {
  const importsOf = new Map(files.map(({ path, imports }) => [path, imports]))
  const reaches = (from: string) => {
    const seen = new Set<string>()
    const open = [...(importsOf.get(from) ?? [])]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (seen.has(next)) continue
      seen.add(next)
      open.push(...(importsOf.get(next) ?? []))
    }
    return seen
  }
  const reached = new Map(files.map(({ path }) => [path, reaches(path)]))
  const inCircle = files.map(({ path }) => path).filter((path) => reached.get(path)?.has(path))
  const groups = inCircle.map((path) =>
    inCircle
      .filter((other) => reached.get(path)?.has(other) && reached.get(other)?.has(path))
      .toSorted(),
  )
  return [...new Map(groups.map((group) => [group.join(), group])).values()]
}
