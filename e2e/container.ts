/**
 * Runs the last stage of the Dockerfile without an engine: its files in an empty folder, with this machine's
 * libraries in place of the base image, in a mount and a process namespace of its own.
 */
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { root } from './imports.ts'
import { runProgram, type Program } from './instances/program.ts'

interface Stage {
  /** The files of the build stage, by their places in the image. */
  copies: { from: string; to: string }[]
  commands: string[]
  env: Record<string, string>
  user: string
  workingFolder: string
  entryPoint: string[]
  /** The program that says whether it is well; empty without one. */
  healthCheck: string[]
}

/** @throws Error for an instruction that it does not know */
function lastStage(dockerfile: string): Stage {
  const text = dockerfile.replaceAll(/^#.*\n/gm, '').replaceAll('\\\n', ' ')
  const lines = text.slice(text.lastIndexOf('\nFROM ') + 1).split('\n')
  const stage: Stage = {
    copies: [],
    commands: [],
    env: {},
    user: '0:0',
    workingFolder: '/',
    entryPoint: [],
    healthCheck: [],
  }
  for (const line of lines.filter(Boolean)) read(line, stage)
  return stage
}

function read(line: string, stage: Stage): void {
  const [instruction = '', ...words] = line.trim().split(/\s+/)
  if (instruction === 'COPY') {
    const [stageName, from = '', to = ''] = words
    if (stageName !== '--from=build') throw new Error(`Not from the build: ${line}`)
    stage.copies.push({ from, to: to.startsWith('/') ? to : `${stage.workingFolder}/${to}` })
  } else if (instruction === 'RUN') stage.commands.push(words.join(' '))
  else if (instruction === 'ENV') {
    Object.assign(stage.env, Object.fromEntries(words.map((word) => word.split('='))))
  } else if (instruction === 'USER') stage.user = words[0] ?? ''
  else if (instruction === 'WORKDIR') stage.workingFolder = words[0] ?? ''
  else if (instruction === 'ENTRYPOINT') stage.entryPoint = JSON.parse(words.join(' ')) as string[]
  else if (instruction === 'HEALTHCHECK') {
    stage.healthCheck = JSON.parse(line.slice(line.indexOf('CMD') + 3)) as string[]
  } else if (!['FROM', 'EXPOSE', 'VOLUME'].includes(instruction)) {
    throw new Error(`Unknown instruction: ${line}`)
  }
}

/** Enough to start in production. Nothing here opens anything. */
export const production = {
  AAD_TENANT: '6f0c4d3e-2b1a-4c5d-8e7f-9a0b1c2d3e4f',
  AAD_CLIENT_ID: '0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d',
  AAD_CLIENT_SECRET: `Q8Q~${randomBytes(18).toString('base64url')}`,
  PUBLIC_URL: 'https://app.example.com',
  SESSION_KEYS: randomBytes(32).toString('base64'),
}

export interface Container {
  /** The program and its arguments that say whether the server is well. */
  healthCheck: readonly string[]
  /** Runs the entry point, with these arguments. */
  run(env: Record<string, string>, args?: readonly string[], dataKb?: number): Program
  remove(): void
}

/**
 * Copies what the image has.
 *
 * @param project the folder with the Dockerfile; default: this repository
 * @param built the folder that the build stage has as /app; default: the same
 */
export function createContainer(project = root, built = project): Container {
  const stage = lastStage(readFileSync(join(project, 'Dockerfile'), 'utf8'))
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-container-'))
  chmodSync(folder, 0o755)
  for (const { from, to } of stage.copies) {
    const source = from === '/usr/local/bin/node' ? process.execPath : from.replace(/^\/app/, built)
    const name = to.endsWith('/') ? join(to, from.split('/').at(-1) ?? '') : to
    mkdirSync(join(folder, dirname(name)), { recursive: true })
    cpSync(source, join(folder, name), { recursive: true, dereference: true })
  }
  return {
    healthCheck: stage.healthCheck,
    run: (env, args = [], dataKb = 10_000) => {
      const asRoot = process.getuid?.() === 0 ? [] : ['--map-root-user']
      const own = [...asRoot, '--mount', '--pid', '--fork', '--kill-child']
      const shell = ['sh', '-euc', script(stage, dataKb), 'sh', folder]
      const all = [...own, ...shell, ...stage.entryPoint, ...args]
      const program = runProgram('unshare', all, { ...stage.env, ...env })
      return {
        ...program,
        // `unshare` ignores signals, as an engine would pass them on.
        end: async (signal = 'SIGTERM') => {
          const first = firstProcess(program)
          if (first !== undefined) process.kill(first, signal)
          return program.ended
        },
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** The process of a container that is number 1 in it; undefined once it has ended. @returns its number outside */
export function firstProcess({ pid }: Program): number | undefined {
  const children = `/proc/${pid}/task/${pid}/children`
  if (!existsSync(children)) return undefined
  const [first = ''] = readFileSync(children, 'utf8').trim().split(' ')
  return first === '' ? undefined : Number(first)
}

/** `/data` is a disk of its own; everything else can only be read. */
function script({ commands, user, workingFolder }: Stage, dataKb: number): string {
  const made = commands.map((command) => `chroot "$root" sh -c '${command}'`)
  return [
    'root="$1"; shift',
    'mount --bind "$root" "$root"',
    'for name in usr bin lib lib64; do',
    '  if [ -L "/$name" ]; then ln -sfn "$(readlink "/$name")" "$root/$name"; fi',
    'done',
    // The image's own folders in /usr stay visible.
    'mkdir -p "$root/proc" "$root/dev" "$root/etc" "$root/usr/lib" "$root/usr/lib64" "$root/usr/bin"',
    'mount --rbind -o ro /usr/lib "$root/usr/lib"; mount --rbind -o ro /usr/bin "$root/usr/bin"',
    'if [ -d /usr/lib64 ]; then mount --rbind -o ro /usr/lib64 "$root/usr/lib64"; fi',
    'mount -t proc proc "$root/proc"; mount --rbind /dev "$root/dev"',
    '[ -d "$root/data" ] || {',
    ...made,
    '}',
    `mount -t tmpfs -o size=${dataKb}k,mode=0700,uid=10001,gid=10001 tmpfs "$root/data"`,
    'mount -o remount,ro,bind "$root"',
    `exec chroot --userspec=${user} "$root" env -C ${workingFolder} PATH=/usr/local/bin:/usr/bin:/bin "$@"`,
  ].join('\n')
}
