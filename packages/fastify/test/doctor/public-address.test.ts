/** What the doctor finds at a public address with a path, by what a proxy in front answers there. */
import { beforeEach, expect, it, vi } from 'vitest'
import type { CheckContext } from '../../src/doctor/check.ts'
import { publicUrl as check } from '../../src/doctor/checks/public-address.ts'
import { httpGet } from '../../src/doctor/http-get.ts'
import { load, ownTenant } from '../support/config-folder.ts'

vi.mock('../../src/doctor/http-get.ts')

const publicUrl = 'https://portal.example.test/people'
const notFound = { status: 404, location: '', text: '{"code":"not_found"}' }

/** The app's answers behind the proxy, by address. */
let answers: Record<string, typeof notFound>
beforeEach(() => {
  answers = {}
  vi.mocked(httpGet).mockImplementation(async (url) => answers[url] ?? notFound)
})

async function finding() {
  const context: CheckContext = {
    config: load({ ...ownTenant, publicUrl }),
    now: Date.now,
    answerOf: (_place, ask) => ask(),
    roles: undefined,
  }
  const [found] = await check.run(context)
  return found
}

it('passes if the app itself answers under the path', async () => {
  const text = '{"signedIn":false}'
  answers[`${publicUrl}/api/session`] = { status: 200, location: '', text }
  expect(await finding()).toMatchObject({
    status: 'pass',
    reason: `${publicUrl} leads to the app.`,
  })
})

it('warns of a proxy that takes the path off, behind which the health check alone answers', async () => {
  answers[`${publicUrl}/healthz`] = { status: 200, location: '', text: '{"status":"alive"}' }
  expect(await finding()).toMatchObject({
    status: 'warn',
    next: expect.stringContaining('under /people') as string,
  })
})

it('tells a redirect to another host from one on the same host', async () => {
  const session = `${publicUrl}/api/session`
  answers[session] = { status: 302, location: 'https://other.example.test/', text: '' }
  expect(await finding()).toMatchObject({ status: 'fail' })
  answers[session] = { status: 302, location: 'https://portal.example.test/login', text: '' }
  expect(await finding()).toMatchObject({ status: 'warn' })
})
