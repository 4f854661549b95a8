/** What to say when a server cannot listen: which variable to change. */

interface Place {
  host: string
  port: number
  hostVariable: string
  portVariable: string
}

/** The host is not an address of this machine, or no address at all. */
const noSuchHost = new Set([
  'EADDRNOTAVAIL',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EAFNOSUPPORT',
  'EINVAL',
])

/**
 * @param error from `listen`
 * @returns a sentence that names the variable; undefined for an error of another kind
 */
export function listenProblem(error: unknown, place: Place): string | undefined {
  const { host, port, hostVariable, portVariable } = place
  const { code = '' } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') {
    return `Port ${port} is in use. Stop the other program, or set ${portVariable} to another port.`
  }
  if (code === 'EACCES') {
    return `Port ${port} is not open to this user (EACCES). Set ${portVariable} to another port, above 1023.`
  }
  if (!noSuchHost.has(code)) return undefined
  // Conda's compilers set HOST to the name of a platform, such as x86_64-conda-linux-gnu.
  const origin = host.includes('conda') ? ' Conda set it.' : ''
  return `${hostVariable} is "${host}", which is no address of this machine (${code}).${origin} Set ${hostVariable} to 127.0.0.1, or leave it unset.`
}
