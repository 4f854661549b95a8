/**
 * The names that files and folders may have in OneDrive for Business.
 * https://learn.microsoft.com/graph/onedrive-addressing-driveitems#onedrive-reserved-characters
 * https://support.microsoft.com/office/64883a5d-228e-48f5-b3d2-eb39e07630fa: other names and lengths
 */

import type { DriveItem, Drives } from '../../drives/drives.ts'
import type { ConflictBehavior } from '../../drives/upload-sessions.ts'
import { invalidRequest, nameAlreadyExists } from './errors.ts'

const reservedNames = /^(?:\.lock|CON|PRN|AUX|NUL|COM[0-9]|LPT[0-9]|desktop\.ini|_vti_|.*_vti_.*)$/i
/** Of the whole path, decoded, with the name. */
const longestPath = 400
const longestName = 255

/** @throws GraphError 400 */
export function checkName(name: string): string {
  const isInvalid =
    name === '' ||
    // Also control characters, which no file system of the sync client has.
    /["*:<>?/\\|#%\p{Cc}]/u.test(name) ||
    /^[\s~]|[\s.]$/.test(name) ||
    reservedNames.test(name)
  if (isInvalid) throw invalidRequest('The name contains invalid characters.', 'invalidPath')
  if (name.length > longestName) throw tooLong()
  return name
}

/** @throws GraphError 400 for a path that is too long, or has a name that is not possible */
export function checkPath(path: readonly string[]): void {
  for (const name of path) checkName(name)
  if (path.join('/').length > longestPath) throw tooLong()
}

function tooLong() {
  return invalidRequest('The specified path or file name is too long.', 'pathIsTooLong')
}

/** @param fallback what a request means that says nothing. @throws GraphError 400 for another word */
export function readConflict(value: unknown, fallback: ConflictBehavior): ConflictBehavior {
  if (value === undefined || value === null) return fallback
  const known = (['fail', 'replace', 'rename'] as const).find((one) => one === value)
  if (known) return known
  throw invalidRequest('The value of @microsoft.graph.conflictBehavior is invalid.')
}

/** What a conflict of names leads to: the item that is replaced, or the name of a new one. */
export interface Resolution {
  existing: DriveItem | undefined
  name: string
}

/**
 * https://learn.microsoft.com/graph/api/resources/driveitem#instance-attributes
 *
 * @throws GraphError 409 for `fail`, and for a file that would replace a folder or a folder that would replace anything
 */
export function resolveConflict(
  drives: Drives,
  folder: DriveItem,
  name: string,
  conflict: ConflictBehavior,
  isFile: boolean,
): Resolution {
  const existing = drives.child(folder, name)
  if (!existing) return { existing: undefined, name }
  if (conflict === 'rename') return { existing: undefined, name: freeName(drives, folder, name) }
  if (conflict === 'replace' && isFile && existing.content) return { existing, name: existing.name }
  throw nameAlreadyExists()
}

/** `file 1.txt`, as OneDrive for Business names it. */
function freeName(drives: Drives, folder: DriveItem, name: string): string {
  const dot = name.lastIndexOf('.')
  const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, '']
  const taken = new Set(drives.children(folder).map((item) => item.name.toLowerCase()))
  for (let number = 1; ; number += 1) {
    const free = `${stem} ${number}${extension}`
    if (!taken.has(free.toLowerCase())) return free
  }
}
