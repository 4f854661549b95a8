/** What the doctor finds at a public address with a path, by what a proxy in front answers there. */
import { beforeEach, expect, it } from 'vitest'
import { askPublicUrl } from '../../src/doctor/checks/public-address.ts'
import { load, ownTenant } from '../support/config-folder.ts'

const publicUrl = 'https://portal.example.test/people'
const notFound = { status: 404, location: '', text: '{"code":"not_found"}' }

/** The app's answers behind the proxy, by address. */
let answers: Record<string, typeof notFound>
beforeEach(() => {
  answers = {}
})

const finding = () =>
  askPublicUrl(load({ ...ownTenant, publicUrl }), (url) =>
    Promise.resolve(answers[url] ?? notFound),
  )

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
