/**
 * Makes the `node_modules` of the copy of the project: links to the installed packages, except that the workspaces are
 * those of the copy. Stryker's own links would lead back to the workspaces that are not mutated.
 *
 * It runs in the copy. Its argument is the folder of the project.
 */
import { existsSync, lstatSync, mkdirSync, readdirSync, readlinkSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'

const copy = process.cwd()
const [project] = process.argv.slice(2)
if (project === undefined) throw new Error('Usage: node link-node-modules.ts <project>')

/** npm links a workspace relatively, so that the same link in the copy leads to the workspace of the copy. */
function linkAll(from: string, to: string): void {
  mkdirSync(to, { recursive: true })
  for (const name of readdirSync(from)) {
    const installed = join(from, name)
    const link = join(to, name)
    const entry = lstatSync(installed)
    if (entry.isSymbolicLink()) symlinkSync(readlinkSync(installed), link)
    else if (name.startsWith('@') || name === '.bin') linkAll(installed, link)
    else if (!name.startsWith('.vite')) symlinkSync(installed, link)
  }
}

/** Packages of which a workspace has a version of its own lie in its own folder. */
function foldersWithPackages(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (!entry.isDirectory() || entry.name.startsWith('.')) return []
    const path = join(folder, entry.name)
    return entry.name === 'node_modules' ? [path] : foldersWithPackages(path)
  })
}

for (const path of foldersWithPackages(project)) {
  const to = join(copy, path.slice(project.length))
  if (existsSync(join(to, '..'))) linkAll(path, to)
}
