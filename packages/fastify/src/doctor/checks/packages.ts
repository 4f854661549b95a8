/** Whether the packages of Gatehouse are those of one release. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findProjectRoot } from '../../config/index.ts'
import { type Check, type Finding, pass, unknown, warn } from '../check.ts'

/** The packages of a release ask for exact versions of each other, so that npm installs several if an app mixes them. */
export const packages: Check = {
  id: 'packages',
  run: () => packageFindings(findProjectRoot()),
}

const names = ['cli', 'contract', 'create', 'fastify', 'react', 'tenant']
const latestFirst = new Intl.Collator('en', { numeric: true })

/** @param root the project's folder */
export function packageFindings(root: string): Finding[] {
  const id = 'packages'
  const found = installedIn(root)
  const versions = [...new Set(found.map(({ version }) => version))].toSorted((a, b) =>
    latestFirst.compare(b, a),
  )
  const [latest, ...others] = versions
  if (latest === undefined) {
    return [
      unknown(id, 'No package of Gatehouse is installed here: a built server has them inside.'),
    ]
  }
  if (others.length === 0) return [pass(id, `All packages of Gatehouse are of version ${latest}.`)]
  const old = found.filter(({ version }) => version !== latest)
  const list = old.map(({ name, version }) => `${name} ${version}`)
  const reason = `The packages of Gatehouse are of several versions: ${[...new Set(list)].join(', ')} beside ${latest}.`
  const next = `Set all of them to ${latest} in the package.json files, and run npm install.`
  return [warn(id, reason, next, 'developer')]
}

/** Where npm puts packages: in the project, in its workspaces, and in each other if two versions are asked for. */
function installedIn(root: string): { name: string; version: string }[] {
  const scope = join(root, 'node_modules/@gatehouse')
  const inside = existsSync(scope) ? readdirSync(scope).map((name) => join(scope, name)) : []
  return [root, ...['web', 'bff', 'shared'].map((part) => join(root, part)), ...inside].flatMap(
    (folder) =>
      names.flatMap((name) => {
        const version = versionIn(join(folder, 'node_modules/@gatehouse', name, 'package.json'))
        return version === undefined ? [] : [{ name: `@gatehouse/${name}`, version }]
      }),
  )
}

/** @returns undefined if there is none, or none that can be read */
function versionIn(file: string): string | undefined {
  try {
    const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version?: unknown }
    return typeof version === 'string' ? version : undefined
  } catch {
    return undefined
  }
}
