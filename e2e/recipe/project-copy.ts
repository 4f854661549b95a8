/** A copy of the project that a test may change: its own files, and the packages of the original. */
import { execFile } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { root } from '../imports.ts'

/** Generated files, and the developer's own data. */
const leftOut =
  /^(?:node_modules|dist|\.git|\.turbo|\.data|\.env.*|test-results|test-reports|playwright-report)$/

export interface ProjectCopy {
  folder: string
  /**
   * Runs a program of the project's packages.
   *
   * @param workspace to run it in; default: the copy's root
   * @returns its standard output. @throws Error with all of its output, if it failed
   */
  run(program: string, args: string[], workspace?: string): Promise<string>
  dispose(): void
}

export function copyProject(): ProjectCopy {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'gatehouse-copy-')))
  cpSync(root, folder, { recursive: true, filter: isWritten })
  linkPackages(folder)
  return {
    folder,
    run: (program, args, workspace = '.') =>
      run(join(root, 'node_modules/.bin', program), args, join(folder, workspace)),
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function isWritten(path: string): boolean {
  return path === root || !leftOut.test(basename(path))
}

/** Every package is the original's, except the workspaces: those are the copy's. */
function linkPackages(folder: string): void {
  const packages = join(folder, 'node_modules')
  mkdirSync(join(packages, '@gatehouse'), { recursive: true })
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name === '@gatehouse' || (name.startsWith('.') && name !== '.bin')) continue
    symlinkSync(join(root, 'node_modules', name), join(packages, name))
  }
  for (const name of readdirSync(join(root, 'node_modules/@gatehouse'))) {
    const workspace = relative(root, realpathSync(join(root, 'node_modules/@gatehouse', name)))
    symlinkSync(join(folder, workspace), join(packages, '@gatehouse', name))
    const own = join(root, workspace, 'node_modules')
    if (existsSync(own)) symlinkSync(own, join(folder, workspace, 'node_modules'))
  }
}

async function run(command: string, args: string[], cwd: string): Promise<string> {
  // Nothing of the test runner's environment: it changes what is built.
  const options = { cwd, env: { PATH: process.env['PATH'] }, maxBuffer: 10_000_000 }
  return promisify(execFile)(command, args, options).then(
    ({ stdout }) => stdout,
    (failure: Error & { stdout?: string; stderr?: string }) => {
      throw new Error(`${failure.message}\n${failure.stdout ?? ''}${failure.stderr ?? ''}`)
    },
  )
}
