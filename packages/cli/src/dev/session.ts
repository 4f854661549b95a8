/** `npm run session`: signs a user of the local tenant in on the running app and prints the cookie, for curl and scripts. */

import { parseArgs } from 'node:util'
import { auth } from '@gatehouse/contract/paths'
import { signInAtTenant } from '@gatehouse/tenant/testing'
import { request } from 'undici'
import './env-file.ts'
import { exitWith, readConfig } from './launch.ts'

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
  exitWith('This works on the local tenant only: a real one needs a browser.')
}

interface Answer {
  status: number
  location: string
  /** `name=value` of each cookie that it sets. */
  cookie: string
}

/** Not by fetch, which sends `Sec-Fetch-Mode: cors`: a sign-in is for navigations only. */
async function visit(path: string, cookie = ''): Promise<Answer> {
  try {
    const { statusCode, headers, body } = await request(new URL(path, config.publicUrl), {
      headers: { cookie },
    })
    await body.dump()
    const pairs = [headers['set-cookie'] ?? []].flat().map((line) => line.split(';', 1)[0] ?? '')
    return {
      status: statusCode,
      location: String(headers['location'] ?? ''),
      cookie: pairs.filter((pair) => !pair.endsWith('=')).join('; '),
    }
  } catch {
    return exitWith(`Nothing answers at ${config.publicUrl}. Start it first: npm run dev`)
  }
}

const started = await visit(auth.signIn)
if (started.status !== 303) exitWith('The app could not start a sign-in; see its log.')
const { location } = await signInAtTenant(
  started.location,
  values.user ? { user: values.user } : {},
)
const finished = await visit(location, started.cookie)
if (!finished.cookie) exitWith(`The sign-in was refused: ${finished.location || finished.status}`)
process.stdout.write(`${finished.cookie}\n`)
