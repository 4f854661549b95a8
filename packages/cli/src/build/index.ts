/** `npm run build` in `bff`: makes `bff/dist`, which runs with Node alone, without npm, TypeScript and node_modules. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../files/folder.ts'
import { bundleServer } from './bundle.ts'
import { fillCompileCache } from './compile-cache.ts'
import { copyDependencies } from './dependencies.ts'

const folder = join(root, 'bff')
const dist = join(folder, 'dist')

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  version: string
}
const outside = await bundleServer(join(folder, 'src/server.ts'), dist)
copyDependencies(outside, { from: folder, to: dist, version })
const problem = await fillCompileCache(join(dist, 'server.js'))
// The server runs without it, a third slower to start.
if (problem) process.stderr.write(`The compile cache is not filled: ${problem}\n`)
