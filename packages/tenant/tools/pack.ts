/**
 * `npm pack` runs it before and after. The repository imports the TypeScript sources; Node does not run TypeScript
 * inside node_modules, so the package has JavaScript. Before: builds `dist`, and gives package.json the entries of
 * `publishConfig`. After: package.json is as it was.
 */

import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { extname, join } from 'node:path'

const folder = join(import.meta.dirname, '..')
const manifest = join(folder, 'package.json')
const source = join(folder, '.package.source.json')

/** Files that the sources read beside themselves. */
const besides = /\.(?:css|js|json)$/

function build(): void {
  const dist = join(folder, 'dist')
  rmSync(dist, { recursive: true, force: true })
  const typescript = createRequire(import.meta.url).resolve('typescript/package.json')
  execFileSync(
    process.execPath,
    [join(typescript, '../bin/tsc'), '-p', join(folder, 'tsconfig.build.json')],
    // npm's own output has to be the name of the package alone.
    { stdio: ['ignore', 2, 2] },
  )
  cpSync(join(folder, 'src'), dist, {
    recursive: true,
    filter: (from) => extname(from) === '' || besides.test(from),
  })
}

/** Undoes a packing that was cut off, too. */
function restore(): void {
  if (existsSync(source)) renameSync(source, manifest)
}

function prepare(): void {
  restore()
  build()
  const text = readFileSync(manifest, 'utf8')
  const {
    publishConfig,
    scripts: _,
    devDependencies: __,
    ...rest
  } = JSON.parse(text) as {
    publishConfig: object
    scripts: object
    devDependencies: object
  }
  writeFileSync(source, text)
  const draft = `${manifest}.new`
  writeFileSync(draft, `${JSON.stringify({ ...rest, ...publishConfig }, null, 2)}\n`)
  renameSync(draft, manifest)
}

if (process.argv[2] === 'restore') restore()
else if (process.argv[2] === 'build') build()
else prepare()
