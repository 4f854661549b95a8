/** The program: starts a tenant, says where it is, and ends on a signal. */

import { readFileSync } from 'node:fs'
import { trustInstructions } from '../https/certificate.ts'
import { readState } from '../state/file.ts'
import { createTenant, type Tenant } from '../tenant.ts'
import { helpText, readCommand, type ProgramOptions } from './arguments.ts'

/**
 * @param args without Node and the file
 * @returns the exit code, once the tenant runs or has failed to start
 */
export async function runProgram(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  try {
    const command = readCommand(args, env)
    if (command.kind === 'help') print(helpText)
    else if (command.kind === 'version') print(`${version()}\n`)
    else await start(command)
    return 0
  } catch (error) {
    // Sentences for the person who starts it. A stack would be of no use to them.
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    return 1
  }
}

async function start(command: ProgramOptions): Promise<void> {
  const tenant = await listen(command)
  stopOn(tenant)
  print(announcement(tenant))
}

async function listen(command: ProgramOptions): Promise<Tenant> {
  const { options, names, importFile, reset } = command
  const snapshot = importFile === undefined ? undefined : readState(importFile)
  if (importFile !== undefined && !snapshot)
    throw new Error(`The file ${importFile} does not exist.`)
  try {
    return await createTenant({ ...options, resetState: reset, ...(snapshot && { snapshot }) })
  } catch (error) {
    const problem = listenProblem(error, options, names)
    throw problem ? new Error(problem, { cause: error }) : error
  }
}

/** In the same words as those of an app's server. */
function listenProblem(
  error: unknown,
  { port, host }: ProgramOptions['options'],
  names: ProgramOptions['names'],
): string | undefined {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') {
    return `Port ${port} is in use. Stop the other program, or set ${names.port} to another port.`
  }
  if (code === 'EACCES') {
    return `Port ${port} is not open to this user (EACCES). Set ${names.port} to another port, above 1023.`
  }
  // The last two are of the look-up of a name: `[::1]` and 127.0.0.999 are no addresses.
  if (!['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN'].includes(String(code))) return undefined
  return `${names.host} is "${host}", which is no address of this machine (${code}). Set ${names.host} to 127.0.0.1, or leave it unset.`
}

function announcement(tenant: Tenant): string {
  const { users, origin, address, graphOrigin, newSecrets, authorityFile } = tenant
  const [, ...further] = tenant.tenants
  const lines = [
    `Local tenant with ${users.length} users on ${origin} (control page: ${address}/_tenant)`,
    ...(graphOrigin === origin ? [] : [`Graph: ${graphOrigin}`]),
    ...further.map(
      ({ tenantName, domain, tenantId, users: people }) =>
        `Tenant ${tenantName} (${domain}, ${tenantId}) with ${people.length} users`,
    ),
    ...newSecrets.map(
      ({ name, clientId, secret }) =>
        `Secret of ${name} (${clientId}), until the next start: ${secret}`,
    ),
    ...(authorityFile === undefined ? [] : [trustInstructions(authorityFile, address)]),
  ]
  return `${lines.join('\n')}\n`
}

function stopOn(tenant: Tenant): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void tenant.close().then(() => process.exit(0)))
  }
}

function version(): string {
  const file = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(file) as { version: string }).version
}

function print(text: string): void {
  process.stdout.write(text)
}
