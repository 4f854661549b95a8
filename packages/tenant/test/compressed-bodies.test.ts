/** Microsoft's Graph client for Go compresses every body, and sends it again as it is only after a 415. */

import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTenant, type Tenant } from '../src/tenant.ts'
import { signIn } from './application.ts'
import { callGraph } from './graph-call.ts'

let tenant: Tenant
let token: string
beforeAll(async () => {
  tenant = await createTenant({ users: 20 })
  const scope = 'openid User.ReadWrite Files.ReadWrite'
  token = (await signIn(tenant, { scope })).access_token
})
afterAll(() => tenant.close())

const json = { 'content-type': 'application/json' }

function send(
  method: string,
  path: string,
  body: Buffer<ArrayBuffer>,
  more: Record<string, string> = json,
) {
  const headers = { 'content-encoding': 'gzip', ...more }
  return callGraph(tenant, path, token, { method, body, headers })
}

async function get(path: string) {
  return (await callGraph(tenant, path, token)).json() as Promise<Record<string, unknown>>
}

describe('a body in gzip', () => {
  it('is read as what it was', async () => {
    const body = gzipSync(JSON.stringify({ mobilePhone: '+47 1' }))
    expect((await send('PATCH', '/me', body)).status).toBe(204)
    expect(await get('/me?$select=mobilePhone')).toMatchObject({ mobilePhone: '+47 1' })
  })

  it('is read of a batch, whose requests have none', async () => {
    const headers = { ...json, 'content-encoding': 'gzip' }
    const body = { mobilePhone: '+47 1' }
    const requests = [{ id: '1', method: 'PATCH', url: '/me', headers, body }]
    const answer = await send('POST', '/$batch', gzipSync(JSON.stringify({ requests })))
    expect(await answer.json()).toMatchObject({ responses: [{ id: '1', status: 204 }] })
  })

  it('is the content of a file as it was', async () => {
    const type = { 'content-type': 'text/plain' }
    const answer = await send('PUT', '/me/drive/root:/a.txt:/content', gzipSync('abc'), type)
    expect(await answer.json()).toMatchObject({ name: 'a.txt', size: 3 })
  })

  it.each([
    ['that is none', Buffer.from('{"mobilePhone":"+47 2"}'), 400],
    ['that is cut off', gzipSync('{"mobilePhone":"+47 2"}').subarray(0, 20), 400],
    ['that becomes too large', gzipSync(' '.repeat(60_000_000)), 413],
  ])('%s is refused', async (_, body, status) => {
    expect((await send('PATCH', '/me', body)).status).toBe(status)
    expect(await get('/me?$select=mobilePhone')).toMatchObject({ mobilePhone: '+47 1' })
  })

  it('of another kind is 415, for which clients send it as it is', async () => {
    const headers = { ...json, 'content-encoding': 'br' }
    const answer = await send('PATCH', '/me', gzipSync('{}'), headers)
    expect([answer.status, answer.headers.get('accept-encoding')]).toEqual([415, 'gzip'])
  })
})
