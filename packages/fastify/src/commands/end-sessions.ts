/** `npm run end-sessions`: ends every session of one user, by object id, on all instances. */
import { parseArgs } from 'node:util'
import { loadConfig } from '../config/index.ts'
import { endSessionsOfUser } from '../session/user-sessions.ts'

const help = `Usage: npm run end-sessions -- --user <object id> [--tenant <tenant id>]
   or: node bff/dist/server.js end-sessions --user <object id> [--tenant <tenant id>]

Ends every session of one user: the next request of each browser is answered with 401.
It uses the same configuration (STORE_URL, SESSION_KEYS, aad.config.json) as the back end.

Options:
  --user    the user's object id, a GUID
  --tenant  the user's tenant id; the configured tenant by default
  --help    this text
`
const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** @param root the project's root, with `aad.config.json` */
export async function runEndSessions(args: readonly string[], root: string): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      user: { type: 'string' },
      tenant: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return void process.stdout.write(help)
  try {
    const config = loadConfig(process.env, root)
    const user = { ...values, tenant: values.tenant ?? config.tenant }
    const count = await endSessionsOfUser(config, idsOf(user))
    process.stdout.write(`${count} session${count === 1 ? '' : 's'} ended.\n`)
    if (count === 0) process.stdout.write(noneFound)
  } catch (error) {
    // The operator has to correct each of these, such as a store that does not answer.
    process.stderr.write(`${(error as Error).message}\n`)
    process.exitCode = 1
  }
}

/** Sessions are found by a name that the keys make: with others, and in another store, there are none. */
const noneFound =
  'If this user is signed in, the command had another STORE_URL, DATA_DIR or SESSION_KEYS than the server has.\n'

/** @throws Error with a sentence for a value that is no GUID */
function idsOf({ user = '', tenant }: { user?: string | undefined; tenant: string }) {
  if (!guid.test(user)) throw new Error(`--user takes an object id, a GUID.\n\n${help}`)
  if (!guid.test(tenant)) {
    throw new Error('--tenant takes a tenant id, a GUID: the configured one names none.')
  }
  return { tenantId: tenant.toLowerCase(), objectId: user.toLowerCase() }
}
