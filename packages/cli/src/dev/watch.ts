/** Notices changes of files, also when an editor or git replaces a file by another one. */

import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { basename, dirname, join, sep } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { watch as watchFolders } from 'chokidar'
import { root } from '../files/folder.ts'

/** Editors and git change several files at a time. */
const togetherMs = 100

/**
 * The folders with the back end's source: its own, and those of the project's packages that it depends on,
 * directly or not. Packages from outside do not change while it runs.
 */
export function backEndFolders(): string[] {
  const found = new Set<string>()
  const follow = (folder: string) => {
    found.add(folder)
    for (const name of dependenciesOf(folder)) {
      const other = workspaceFolder(name)
      if (other && !found.has(other)) follow(other)
    }
  }
  follow(join(root, 'bff'))
  return [...found].map((folder) => join(folder, 'src'))
}

function dependenciesOf(folder: string): string[] {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    dependencies?: Record<string, string>
  }
  return Object.keys(manifest.dependencies ?? {})
}

/** npm links the project's own packages into `node_modules`. */
function workspaceFolder(name: string): string | undefined {
  const link = join(root, 'node_modules', name)
  const folder = existsSync(link) ? realpathSync(link) : undefined
  return folder?.includes(`${sep}node_modules${sep}`) ? undefined : folder
}

export interface Watched {
  folders: readonly string[]
  /** They need not exist yet. */
  files: readonly string[]
}

/**
 * @param onChange gets the paths that have changed, one call after the other
 * @returns resolves when changes are noticed
 */
export async function watch(
  { folders, files }: Watched,
  onChange: (paths: readonly string[]) => Promise<void>,
): Promise<void> {
  let changed = new Set<string>()
  let working = false
  const work = async () => {
    if (working) return
    working = true
    while (changed.size > 0) {
      await sleep(togetherMs)
      const paths = [...changed]
      changed = new Set()
      await onChange(paths)
    }
    working = false
  }
  const note = (event: string, path: string) => {
    if (event.endsWith('Dir')) return
    changed.add(path)
    void work()
  }
  const names = new Set(files.map((file) => basename(file)))
  const places = [...new Set(files.map((file) => dirname(file)))]
  // The folder of a file, because a file that is replaced is another one.
  const isOther = (path: string) => !places.includes(path) && !names.has(basename(path))
  const watchers = [
    watchFolders([...folders], { ignoreInitial: true, ignored: isTemporary }),
    watchFolders(places, { ignoreInitial: true, depth: 0, ignored: isOther }),
  ]
  await Promise.all(
    watchers.map((watcher) => {
      watcher.on('all', note)
      return new Promise<void>((resolve) => watcher.once('ready', () => resolve()))
    }),
  )
}

/** Editors write such files beside the one that they save. */
function isTemporary(path: string): boolean {
  return /(~|\.sw[a-z]|\.tmp|\.bak)$|^(\.#|#|sed[A-Za-z0-9]{6}$|4913$)/.test(basename(path))
}
