/** `npm run release:dry`: builds and checks what a release would publish, and shows it. It publishes nothing. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isScopeOwned, manifestIn, packageFolders, root } from './manifest.ts'

interface Packed {
  name: string
  version: string
  filename: string
  size: number
  unpackedSize: number
  files: { path: string }[]
}

/** Builds the packages unless they are built, and packs them into a folder. */
export function packAll(folder: string): Packed[] {
  const turbo = join(root, 'node_modules/turbo/bin/turbo')
  const build = ['run', 'build', '--filter=./packages/*', '--output-logs=errors-only']
  execFileSync(process.execPath, [turbo, ...build], { cwd: root, stdio: ['ignore', 2, 2] })
  const folders = packageFolders().map((one) => join(one, 'package'))
  const pack = ['pack', ...folders, '--pack-destination', folder, '--json', '--loglevel=error']
  const shell = process.platform === 'win32'
  const output = execFileSync('npm', pack, { cwd: folder, encoding: 'utf8', shell })
  // npm 11 prints a list, later ones an object by the names.
  return Object.values(JSON.parse(output) as Record<string, Packed>)
}

/** What publint and arethetypeswrong find in a packed package. @returns nothing if it is sound */
export function findingsIn({ name, filename }: Packed, folder: string): string[] {
  const file = join(folder, filename)
  const checks = [['publint/src/cli.js', 'run', file, '--strict']]
  const { exports } = manifestIn(join(root, 'packages', name.replace('@gatehouse/', ''), 'package'))
  // A command has no types.
  const hasTypes = Object.values(exports).some((entry) => typeof entry === 'object')
  // CommonJS is not offered: every Node that these packages run on can require an ES module.
  if (hasTypes) {
    checks.push(['@arethetypeswrong/cli/dist/index.js', file, '--profile', 'esm-only'])
  }
  return checks.flatMap(([program = '', ...args]) => {
    const path = join(import.meta.dirname, 'node_modules', program)
    const { status, stdout, stderr } = spawnSync(process.execPath, [path, ...args], {
      encoding: 'utf8',
    })
    return status === 0 ? [] : [`${name}: ${stdout}${stderr}`]
  })
}

const kilobytes = (bytes: number) => `${Math.ceil(bytes / 1000)} kB`

function show({ name, version, size, unpackedSize, files }: Packed): string {
  const folders = Object.entries(
    Object.groupBy(files, ({ path }) => (path.includes('/') ? `${path.split('/', 1)[0]}/` : path)),
  ).map(([folder, inside = []]) => (folder.endsWith('/') ? `${folder} (${inside.length})` : folder))
  return `${name}@${version}  ${kilobytes(size)} packed, ${kilobytes(unpackedSize)} unpacked\n  ${folders.join(', ')}\n`
}

function run(): void {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-release-'))
  try {
    const packed = packAll(folder)
    const findings = packed.flatMap((one) => findingsIn(one, folder))
    const waiting = readdirSync(join(root, '.changeset')).filter(
      (name) => name.endsWith('.md') && name !== 'README.md',
    )
    process.stdout.write(`${packed.map(show).join('\n')}
${findings.length === 0 ? 'publint and arethetypeswrong find nothing.' : findings.join('\n')}
Changes that wait for a version (npm run release:version): ${waiting.length}
Nothing was published.${isScopeOwned ? '' : ' The scope @gatehouse is not owned yet: every package is private, and npm refuses to publish it.'}
`)
    if (findings.length > 0) process.exitCode = 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

if (import.meta.main) {
  if (existsSync(join(import.meta.dirname, 'node_modules'))) run()
  else {
    process.stderr.write('The checkers are not installed. Run: npm ci --prefix release\n')
    process.exitCode = 1
  }
}
