import { afterEach, expect, it } from 'vitest'
import { startGatehouse, type Gatehouse } from '@gatehouse/test-support/gatehouse'
import { startConnectProxy } from '../support/connect-proxy.ts'
import { ownTenant } from '../support/config-folder.ts'

let gatehouse: Gatehouse | undefined
afterEach(() => gatehouse?.close())

const { tenant, authority, downstreamApis } = ownTenant
const microsoft = { tenant, authority, downstreamApis }

const navigation = {
  accept: 'text/html',
  'sec-fetch-dest': 'document',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-site': 'same-origin',
}

/** The page of the sign-in problem, and what the health check says. */
async function signInProblem(): Promise<[code: string | null, ready: number]> {
  if (!gatehouse) throw new Error('No app')
  const answer = await gatehouse.browser().get('/auth/sign-in?returnTo=/users', navigation)
  expect(answer.status).toBe(503)
  const address = /^0; url=(\S+)$/.exec(String(answer.headers['refresh']))?.[1] ?? ''
  const { pathname, searchParams } = new URL(address, gatehouse.publicUrl)
  expect([pathname, searchParams.get('returnTo')]).toEqual(['/sign-in-problem', '/users'])
  return [searchParams.get('code'), (await gatehouse.browser().get('/readyz')).status]
}

it('a sign-in says that this server cannot reach Microsoft, if the way there is broken', async () => {
  gatehouse = await startGatehouse({ config: { authority: 'http://127.0.0.1:9' } })
  expect(await signInProblem()).toEqual(['unreachable', 503])
  expect(gatehouse.logs.join('')).toContain('127.0.0.1:9 refuses the connection (ECONNREFUSED)')
})

it('a sign-in says the same of a proxy that refuses Microsoft, and the log names the proxy', async () => {
  const proxy = await startConnectProxy({ port: 9, refuses: 403 })
  const env = { HTTPS_PROXY: `http://${proxy.host}` }
  gatehouse = await startGatehouse({ config: microsoft, env })
  expect(await signInProblem()).toEqual(['unreachable', 503])
  await proxy.close()
  expect(proxy.targets[0]).toBe('login.microsoftonline.com:443')
  expect(gatehouse.logs.join('')).toContain('Allow login.microsoftonline.com at the proxy')
})

it('a sign-in says that Microsoft does not answer, if it answers with an error', async () => {
  gatehouse = await startGatehouse()
  gatehouse.tenant.faults.set({
    at: 'discovery',
    kind: 'respond',
    status: 500,
    body: {},
  })
  expect((await signInProblem())[0]).toBe('unavailable')
})
