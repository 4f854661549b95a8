/** A folder as Kubernetes mounts a secret: each version is a folder, and one link is replaced by another. */
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface MountedVolume {
  pathOf(name: string): string
  /** Replaces all files at once. */
  replace(files: Record<string, string>, mode?: number): void
  remove(): void
}

/** @param files the content of each file */
export function mountVolume(files: Record<string, string>): MountedVolume {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-volume-'))
  let version = 0

  function replace(contents: Record<string, string>, mode = 0o600): void {
    version += 1
    const next = `..version_${version}`
    mkdirSync(join(folder, next))
    for (const [name, text] of Object.entries(contents)) {
      writeFileSync(join(folder, next, name), text, { mode })
    }
    symlinkSync(next, join(folder, '..data_tmp'))
    renameSync(join(folder, '..data_tmp'), join(folder, '..data'))
    rmSync(join(folder, `..version_${version - 1}`), { recursive: true, force: true })
  }

  replace(files)
  for (const name of Object.keys(files)) symlinkSync(join('..data', name), join(folder, name))
  return {
    pathOf: (name) => join(folder, name),
    replace,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
