/** Health checks as load balancers send them. */
import { describe, expect, it } from 'vitest'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { useTestApp } from '@gatehouse/test-support/use-test-app'
import { rawExchange } from '../support/raw-exchange.ts'

const gatehouse = useTestApp()

/** Sends a request in HTTP/1.0, without a Host. */
async function old(method: string, path: string, version = '1.0') {
  const closing = 'Connection: close\r\n'
  const bytes = `${method} ${path} HTTP/${version}\r\n${closing}\r\n`
  const text = await rawExchange(gatehouse().origin, bytes)
  const [head = '', body = ''] = text.split('\r\n\r\n')
  return { status: Number(head.split(' ')[1]), body }
}

describe.each(['/healthz', '/readyz'])('a health check at %s', (path) => {
  it('may be a HEAD: the status of GET, and no body', async () => {
    const browser = gatehouse().browser()
    const [get, head] = [await browser.get(path), await browser.send(path, { method: 'HEAD' })]
    expect([head.status, head.text]).toEqual([200, ''])
    expect(head.headers['content-length']).toBe(get.headers['content-length'])
    expect(head.headers['cache-control']).toBe('no-store')
  })

  it('may be in HTTP/1.0 without a Host', async () => {
    const { status, body } = await old('GET', path)
    expect(status).toBe(200)
    expect(JSON.parse(body)).toHaveProperty('status')
    expect(await old('HEAD', path)).toEqual({ status: 200, body: '' })
  })

  it('is refused in HTTP/1.1 without a Host, and with two of them in HTTP/1.0', async () => {
    expect((await old('GET', path, '1.1')).status).toBe(400)
    const two = `GET ${path} HTTP/1.0\r\nHost: a.test\r\nHost: b.test\r\n\r\n`
    expect(await rawExchange(gatehouse().origin, two)).toMatch(/^HTTP\/1\.1 400 /)
  })

  it('changes nothing: POST is refused', async () => {
    const headers = { 'x-csrf': '1' }
    const answer = await gatehouse().browser().send(path, { method: 'POST', headers })
    expectProblem(answer, 405, 'method_not_allowed')
    expect(String(answer.headers['allow']).split(', ').toSorted()).toEqual(['GET', 'HEAD'])
    expect((await old('POST', path)).status).toBe(400)
  })
})

it.each([
  '/',
  '/api/session',
  '/auth/sign-in',
  '/readyz/',
  '/healthz/x',
  '//healthz',
  '/assets/x.js',
])('a request in HTTP/1.0 without a Host is refused elsewhere: %s', async (path) => {
  expect((await old('GET', path)).status).toBe(400)
})

it('a HEAD tells that an instance without Microsoft is not ready', async () => {
  const { tenant } = gatehouse()
  await gatehouse().restart()
  tenant.faults.set({ at: 'discovery', kind: 'reset' })
  const answer = await gatehouse().browser().send('/readyz', { method: 'HEAD' })
  expect([answer.status, answer.text]).toEqual([503, ''])
})
