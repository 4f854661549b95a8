import { describe, expect, it } from 'vitest'
import type { ProblemCode } from '@gatehouse/contract/problem'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { ProblemError } from '../../src/errors.ts'
import { errorCodes } from '../../src/downstream/failure.ts'
import { json } from '../support/upstream.ts'
import { useOrders } from '../support/use-orders.ts'

const { upstream, route, signedIn, gatehouse } = await useOrders()

/** Error objects as Graph, OAuth and problem details write them, with a sentence about a person. */
const sentence = 'Ada Lovelace <ada@lovelace.example> has no such order'
const graphError = {
  error: {
    code: 'Request_UnsupportedQuery',
    message: sentence,
    innerError: { code: 'unsupportedFilter', date: '2026-11-26', message: sentence },
  },
}

describe('an API that answers with an error', () => {
  it.each<[number, number, ProblemCode]>([
    [400, 400, 'invalid_request'],
    [402, 403, 'forbidden'],
    [404, 404, 'not_found'],
    [405, 500, 'internal'],
    [406, 500, 'internal'],
    [408, 504, 'upstream_timeout'],
    [409, 409, 'conflict'],
    [410, 410, 'not_found'],
    [411, 500, 'internal'],
    [412, 409, 'conflict'],
    [413, 413, 'invalid_request'],
    [414, 413, 'invalid_request'],
    [415, 500, 'internal'],
    [416, 400, 'invalid_request'],
    [418, 400, 'invalid_request'],
    [422, 422, 'invalid_request'],
    [423, 423, 'conflict'],
    [428, 500, 'internal'],
    [429, 429, 'too_many_requests'],
    [431, 500, 'internal'],
    [451, 403, 'forbidden'],
    [500, 502, 'upstream_failed'],
    [501, 500, 'internal'],
    [503, 503, 'unavailable'],
    [505, 500, 'internal'],
    [507, 507, 'storage_full'],
    [509, 429, 'too_many_requests'],
    [599, 502, 'upstream_failed'],
  ])(
    '%d is our %d %s, with the name of the API and none of its words',
    async (theirs, ours, code) => {
      const browser = await signedIn()
      for (const method of ['GET', 'POST'] as const) {
        route.does((request) => request.callApi('orders', '/things', { method }))
        upstream.answers((response) => json(response, graphError, theirs))
        const answer = await browser.get('/test/call')
        const problem = expectProblem(answer, ours, code)
        expect(problem.api).toBe('orders')
        expect(answer.text).not.toMatch(/Lovelace|Request_Unsupported/)
        const line = gatehouse().logs.at(-1) ?? ''
        expect(JSON.parse(line)).toMatchObject({
          code,
          api: 'orders',
          apiStatus: theirs,
          apiCodes: ['Request_UnsupportedQuery', 'unsupportedFilter'],
        })
        expect(line).not.toContain('Lovelace')
        // Only an answer that may pass says when to come back.
        const waits = code === 'too_many_requests' || code === 'unavailable'
        expect(answer.headers['retry-after'] !== undefined).toBe(waits)
      }
    },
  )

  it('tells the route its status and its codes, so that the route can decide', async () => {
    const browser = await signedIn()
    route.does(async (request) => {
      try {
        return await request.callApi('orders', '/things')
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error
        return { code: error.code, apiStatus: error.apiStatus, apiCodes: error.apiCodes }
      }
    })
    upstream.answers((response) => json(response, { error: { code: 'OrderIsSent' } }, 409))
    expect((await browser.get('/test/call')).json()).toEqual({
      value: { code: 'conflict', apiStatus: 409, apiCodes: ['OrderIsSent'] },
    })
  })
})

describe('the codes of an error object', () => {
  it.each<[string, unknown, string[]]>([
    ['Graph', graphError, ['Request_UnsupportedQuery', 'unsupportedFilter']],
    ['OData in lower case', { error: { code: 'a1', innererror: { code: 'b2' } } }, ['a1', 'b2']],
    ['OAuth', { error: 'invalid_request', error_description: sentence }, ['invalid_request']],
    ['problem details', { type: 'about:blank', code: 'out_of_stock' }, ['out_of_stock']],
    ['a code twice', { error: { code: 'same', innerError: { code: 'same' } } }, ['same']],
    ['a sentence for a code', { error: { code: sentence } }, []],
    ['a number for a code', { error: { code: 17 } }, []],
    ['a list', [{ code: 'inList' }], []],
    ['no object', 'text', []],
  ])('are read from %s', (_what, body, codes) => {
    expect(errorCodes(Buffer.from(JSON.stringify(body)))).toEqual(codes)
  })

  it('are none in what is no JSON, and in more than an error has', () => {
    expect(errorCodes(Buffer.from('<h1>Bad gateway</h1>'))).toEqual([])
    const large = JSON.stringify({ code: 'known', filler: 'x'.repeat(70_000) })
    expect(errorCodes(Buffer.from(large))).toEqual([])
    const deep = `${'{"error":'.repeat(5000)}{}${'}'.repeat(5000)}`
    expect(errorCodes(Buffer.from(deep))).toEqual([])
  })
})
