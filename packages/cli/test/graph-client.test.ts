import { describe, expect, it } from 'vitest'
import { createGraph } from '../src/graph/client.ts'
import type { NetworkRequest } from '../src/network.ts'

const graph = 'https://graph.example.test/v1.0'

/** A Graph whose list has one page, and a link to the next one. */
function withLink(next: string) {
  const sent: NetworkRequest[] = []
  const send = async (request: NetworkRequest) => {
    sent.push(request)
    const body = { value: [1], ...(sent.length === 1 && { '@odata.nextLink': next }) }
    return { status: 200, headers: {}, body }
  }
  const client = createGraph({ send, close: async () => undefined }, graph, 'token-of-an-admin')
  return { sent, read: () => client.list('/applications', 'read') }
}

describe('the pages of a list', () => {
  it('are read to the end', async () => {
    const { sent, read } = withLink(`${graph}/applications?$skiptoken=2`)
    expect(await read()).toEqual([1, 1])
    expect(sent[1]?.url).toBe(`${graph}/applications?$skiptoken=2`)
  })

  it.each([
    'https://evil.test/v1.0/applications',
    'http://graph.example.test/v1.0/applications',
    'https://graph.example.test.evil.test/',
    'https://graph.example.test@evil.test/',
  ])('lead to no other server, which would get the token: %s', async (next) => {
    const { sent, read } = withLink(next)
    await expect(read()).rejects.toThrow('continues at')
    expect(sent).toHaveLength(1)
  })
})
