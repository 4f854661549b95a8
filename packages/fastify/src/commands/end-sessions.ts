/** `npm run end-sessions`: ends every session of one user, by object id, on all instances. */
import { parseArgs } from 'node:util'
import { ConfigError, findProjectRoot, loadConfig } from '../config/index.ts'
import { endSessionsOfUser } from '../session/user-sessions.ts'

const help = `Usage: npm run end-sessions -- --user <object id> [--tenant <tenant id>]

Ends every session of one user: the next request of each browser is answered with 401.
It uses the same configuration (STORE_URL, SESSION_KEYS, aad.config.json) as the back end.

Options:
  --user    the user's object id, a GUID
  --tenant  the user's tenant id; the configured tenant by default
  --help    this text
`
const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

function exitWith(message: string): never {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}

const { values } = parseArgs({
  options: {
    user: { type: 'string' },
    tenant: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  process.stdout.write(help)
  process.exit(0)
}

try {
  const config = loadConfig(process.env, findProjectRoot())
  const objectId = values.user?.toLowerCase()
  const tenantId = (values.tenant ?? config.tenant).toLowerCase()
  if (!objectId || !guid.test(objectId)) exitWith(`--user takes an object id, a GUID.\n\n${help}`)
  if (!guid.test(tenantId))
    exitWith('--tenant takes a tenant id, a GUID: the configured one names none.')
  const count = await endSessionsOfUser(config, { tenantId, objectId })
  process.stdout.write(`${count} session${count === 1 ? '' : 's'} ended.\n`)
} catch (error) {
  if (error instanceof ConfigError || error instanceof Error) exitWith(error.message)
  throw error
}
