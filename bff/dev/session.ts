/** `npm run session`: signs a user of the local tenant in on the running app and prints the cookie, for curl and scripts. */
import { parseArgs } from 'node:util'
import { signInAtTenant } from '@gatehouse/tenant/scripted-sign-in'
import { auth } from '@gatehouse/shared/paths'
import { readConfig, stop } from './launch.ts'

const help = `Usage: npm run --silent session [-- --user nora.hill@local-tenant.example]

Signs a user of the local tenant in and prints the session cookie as name=value.

  curl --cookie "$(npm run --silent session)" http://localhost:5173/api/me

Options:
  --user   user name or object id; the tenant's first user by default
  --help   this text
`

const { values } = parseArgs({
  options: { user: { type: 'string' }, help: { type: 'boolean', default: false } },
})
if (values.help) {
  process.stdout.write(help)
  process.exit(0)
}

const config = readConfig(process.env)
if (!config.usesLocalTenant) {
  stop('This works on the local tenant only: a real one wants a person at a browser.')
}

/** `name=value` of each cookie that an answer sets. */
function cookiesOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((line) => line.split(';', 1)[0] ?? '')
    .filter((pair) => !pair.endsWith('='))
    .join('; ')
}

async function visit(path: string, cookie = ''): Promise<Response> {
  try {
    return await fetch(new URL(path, config.publicUrl), { redirect: 'manual', headers: { cookie } })
  } catch {
    return stop(`Nothing answers at ${config.publicUrl}. Start it first: npm run dev`)
  }
}

const started = await visit(auth.signIn)
const authorizeUrl = started.headers.get('location')
if (started.status !== 303 || !authorizeUrl) stop('The app could not start a sign-in; see its log.')
const { location } = await signInAtTenant(authorizeUrl, values.user ? { user: values.user } : {})
const finished = await visit(location, cookiesOf(started))
const cookie = cookiesOf(finished)
if (!cookie) stop(`The sign-in was refused: ${finished.headers.get('location') ?? finished.status}`)
process.stdout.write(`${cookie}\n`)
