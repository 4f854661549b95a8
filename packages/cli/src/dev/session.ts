/** `npm run session`: signs a user of the local tenant in on the running app and prints the cookie, for curl and scripts. */

import { parseArgs } from 'node:util'
import { auth, basePathOf } from '@gatehouse/contract/paths'
import { signInAtTenant } from '@gatehouse/tenant/testing'
import { request } from 'undici'
import './env-file.ts'
import { exitWith, readConfig } from './launch.ts'
import { appOrigins } from './running.ts'

const help = `Usage: npm run --silent session [-- --user nora.hill@local-tenant.example]

Signs a user of the local tenant in and prints the session cookie as name=value.

  curl --cookie "$(npm run --silent session)" http://localhost:5173/api/me

If publicUrl has a path, it stands before /api.

It asks the app on this machine, also if PUBLIC_URL is the address of a tunnel. Then so does curl: the back end
is at http://localhost:5174.

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
if (values.user !== undefined && values.user.trim() === '') {
  exitWith(
    '--user takes the user name or object id of a user. Every option: npm run session -- --help',
  )
}
if (!config.usesLocalTenant) {
  exitWith('This works on the local tenant only: a real one needs a browser.')
}

interface Answer {
  status: number
  location: string
  /** `name=value` of each cookie that it sets. */
  cookie: string
}

/**
 * Not by fetch, which sends `Sec-Fetch-Mode: cors`: a sign-in is for navigations only.
 *
 * @returns undefined if nothing answers there
 */
async function visit(url: URL, cookie = ''): Promise<Answer | undefined> {
  try {
    const { statusCode, headers, body } = await request(url, {
      headers: { cookie },
      headersTimeout: 10_000,
    })
    await body.dump()
    const pairs = [headers['set-cookie'] ?? []].flat().map((line) => line.split(';', 1)[0] ?? '')
    return {
      status: statusCode,
      location: String(headers['location'] ?? ''),
      cookie: pairs.filter((pair) => !pair.endsWith('=')).join('; '),
    }
  } catch {
    return undefined
  }
}

/**
 * Starts a sign-in at the app on this machine. Other programs may have its ports: the one that leads to our
 * tenant is the app. Not at the public address: a tunnel may ask who comes, and its sign-in at the local
 * tenant needs a code.
 */
async function startSignIn(): Promise<{ origin: string; started: Answer }> {
  const others: string[] = []
  for (const origin of appOrigins(process.env)) {
    const started = await visit(new URL(basePathOf(config.publicUrl) + auth.signIn, origin))
    if (started?.status === 303 && started.location.startsWith(`${config.authority}/`)) {
      return { origin, started }
    }
    if (started) others.push(`${origin} does not start a sign-in (${started.status})`)
  }
  if (others.length > 0) return exitWith(`${others.join(', and ')}; see the app’s log.`)
  const places = appOrigins(process.env).join(' or ')
  return exitWith(
    `Nothing answers at ${places}. Start it first: npm run dev\nIf it runs with WEB_PORT, PORT or PUBLIC_URL, set the same here.`,
  )
}

/** Acts as the user at the tenant. Ends this process with a sentence if the tenant refuses. */
async function signIn(authorizeUrl: string): Promise<{ location: string }> {
  const user = values.user?.trim()
  try {
    return await signInAtTenant(authorizeUrl, user ? { user } : {})
  } catch (error) {
    if (error instanceof TypeError) {
      return exitWith(
        `The local tenant does not answer at ${config.authority}. Start it first: npm run dev`,
      )
    }
    const scenarios = `${config.authority}/_tenant`
    if (!user)
      return exitWith(`The local tenant signs nobody in. A scenario may be active: ${scenarios}`)
    return exitWith(
      `The local tenant does not sign ${JSON.stringify(user)} in: it has no such user, or a scenario is active (${scenarios}).\n--user takes a user name or an object id, such as nora.hill@local-tenant.example.`,
    )
  }
}

const { origin, started } = await startSignIn()
const callback = new URL((await signIn(started.location)).location)
const finished = await visit(new URL(callback.pathname + callback.search, origin), started.cookie)
if (!finished?.cookie) {
  exitWith(`The sign-in was refused: ${finished?.location || finished?.status || 'no answer'}`)
}
process.stdout.write(`${finished.cookie}\n`)
