/** Why the SQLite file cannot be used, for the log, the start and the doctor. */

const noAccess = 'this user may not read and write it, or its folder'

/** By Node's code of errors about files. */
const ofFiles: Record<string, string> = {
  EACCES: noAccess,
  EPERM: noAccess,
  ENOENT: 'its folder does not exist',
  ENOTDIR: 'a part of its path is no folder',
  EEXIST: 'a part of its path is no folder',
  EISDIR: 'it is a folder',
  EROFS: 'its file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota of this user is used up',
  EMFILE: 'this process has too many files open',
}

/** By SQLite's result code (https://sqlite.org/rescode.html). The last is the word for programs, as that of Redis. */
const ofSqlite: Record<number, readonly [code: string, sentence: string, reason?: string]> = {
  3: ['SQLITE_PERM', noAccess, 'permission'],
  5: ['SQLITE_BUSY', 'another process keeps it locked'],
  8: ['SQLITE_READONLY', 'it is read-only', 'read_only'],
  10: ['SQLITE_IOERR', 'the disk reports an error', 'disk'],
  11: ['SQLITE_CORRUPT', 'it is damaged'],
  13: ['SQLITE_FULL', 'the disk is full', 'full'],
  14: ['SQLITE_CANTOPEN', 'it, or a file beside it, cannot be opened'],
  26: ['SQLITE_NOTADB', 'it is no SQLite database'],
}

function failureOf(error: Error) {
  if (!('errcode' in error) || typeof error.errcode !== 'number') return undefined
  // Extended codes hold the plain one in their last byte.
  return ofSqlite[error.errcode & 0xff] ?? ([`SQLite error ${error.errcode}`] as const)
}

/** @returns a word such as `full`, which `warnings` of the readiness check has after `store_`; undefined if there is none */
export function sqliteReason(error: unknown): string | undefined {
  return error instanceof Error ? failureOf(error)?.[2] : undefined
}

/** @returns the code and a reason; for an error without a reason here, its code or its name */
export function explainSqliteFailure(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error'
  const failure = failureOf(error)
  if (failure) return failure.slice(0, 2).join(': ')
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  const reason = Object.hasOwn(ofFiles, code) ? ofFiles[code] : undefined
  return reason ? `${code}: ${reason}` : code
}
