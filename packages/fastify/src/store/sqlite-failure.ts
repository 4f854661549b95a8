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

/** By SQLite's result code (https://sqlite.org/rescode.html). */
const ofSqlite: Record<number, [string, string]> = {
  5: ['SQLITE_BUSY', 'another process keeps it locked'],
  8: ['SQLITE_READONLY', 'it is read-only'],
  10: ['SQLITE_IOERR', 'the disk reports an error'],
  11: ['SQLITE_CORRUPT', 'it is damaged'],
  13: ['SQLITE_FULL', 'the disk is full'],
  14: ['SQLITE_CANTOPEN', 'it, or a file beside it, cannot be opened'],
  26: ['SQLITE_NOTADB', 'it is no SQLite database'],
}

/** @returns the code and a reason; for an error without a reason here, its code or its name */
export function explainSqliteFailure(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error'
  if ('errcode' in error && typeof error.errcode === 'number') {
    // Extended codes hold the plain one in their last byte.
    const plain = error.errcode & 0xff
    return ofSqlite[plain]?.join(': ') ?? `SQLite error ${error.errcode}`
  }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  const reason = Object.hasOwn(ofFiles, code) ? ofFiles[code] : undefined
  return reason ? `${code}: ${reason}` : code
}
