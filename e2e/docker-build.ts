/** Carries out the first stage of a Dockerfile without an engine: in a folder, with this machine's Node and libraries. */
import { cpSync, mkdirSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { runProgram } from './instances/program.ts'

export interface BuildStage {
  /** The major version of Node that the stage has. */
  nodeMajor: number
  /** Its instructions in order: `['RUN', 'npm ci']`. */
  steps: [instruction: string, words: string][]
}

/** @throws Error for an image or an instruction that it does not know */
export function firstStage(dockerfile: string): BuildStage {
  const text = dockerfile
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll('\\\n', ' ')
    .trim()
  const [from = '', ...lines] = (text.split(/^(?=FROM )/m)[0] ?? '').split('\n').filter(Boolean)
  const [, major] = /^FROM node:(\d+)-\S+ AS build$/.exec(from) ?? []
  if (major === undefined) throw new Error(`Not an image of Node: ${from}`)
  const steps = lines.map((line): [string, string] => {
    const [, instruction = '', words = ''] = /^(WORKDIR|COPY|RUN) (.+)$/.exec(line) ?? []
    if (instruction === '') throw new Error(`Unknown instruction: ${line}`)
    return [instruction, words]
  })
  return { nodeMajor: Number(major), steps }
}

/**
 * @param context the folder of the Dockerfile, whose .dockerignore counts
 * @param image an empty folder, for the root of the image
 * @param env the environment of its commands
 */
export async function runFirstStage(
  context: string,
  image: string,
  env: Record<string, string>,
): Promise<void> {
  const { steps } = firstStage(readFileSync(join(context, 'Dockerfile'), 'utf8'))
  const isIgnored = ignoredBy(readFileSync(join(context, '.dockerignore'), 'utf8'))
  let folder = image
  for (const [instruction, words] of steps) {
    if (instruction === 'WORKDIR') folder = join(image, words)
    mkdirSync(folder, { recursive: true })
    if (instruction === 'COPY') copy(context, folder, words.split(/\s+/), isIgnored)
    if (instruction !== 'RUN') continue
    const program = runProgram('sh', ['-euc', words], env, folder)
    if ((await program.ended) !== 0) throw new Error(`RUN ${words} failed:\n${program.output()}`)
  }
}

function copy(
  context: string,
  folder: string,
  names: string[],
  isIgnored: (path: string) => boolean,
): void {
  const to = names.at(-1) ?? ''
  const sources = names.slice(0, -1)
  if (sources.length > 1 && !to.endsWith('/')) throw new Error(`${to} has to be a folder`)
  for (const name of sources) {
    const from = join(context, name)
    // Of a folder, its content is copied; a missing file is an error.
    const place = name === '.' ? join(folder, to) : join(folder, to, name.split('/').at(-1) ?? '')
    mkdirSync(dirname(place), { recursive: true })
    cpSync(realpathSync(from), place, {
      recursive: true,
      filter: (path) => !isIgnored(relative(context, path).split(sep).join('/')),
    })
  }
}

/** @returns whether a .dockerignore leaves a path out @throws Error for a pattern of another form */
function ignoredBy(dockerignore: string): (path: string) => boolean {
  const patterns = dockerignore.split('\n').filter(Boolean)
  const forms = patterns.map((pattern) => {
    // Such as .git, **/dist and **/.env.*
    const [, anywhere, name = '', rest] = /^(\*\*\/)?([\w.-]+?)(\.\*)?$/.exec(pattern) ?? []
    if (name === '') throw new Error(`Unknown pattern: ${pattern}`)
    const start = anywhere === undefined ? '^' : '(?:^|/)'
    const end = rest === undefined ? '(?:/|$)' : String.raw`\.[^/]*(?:/|$)`
    return new RegExp(start + name.replaceAll('.', String.raw`\.`) + end)
  })
  return (path) => forms.some((form) => form.test(path))
}
