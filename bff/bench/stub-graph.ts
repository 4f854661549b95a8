/** A Graph that costs nothing: fixed pages of users, after a fixed delay. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface StubGraph {
  url: string
  close(): void
}

/** @param delayMs how long each answer takes; 0 answers at once */
export async function startStubGraph(delayMs = 0): Promise<StubGraph> {
  const pages = new Map([5, 100].map((size) => [String(size), page(size)]))
  const server = createServer((request, response) => {
    const top = new URL(request.url ?? '/', 'http://graph').searchParams.get('$top') ?? '5'
    const answer = () => {
      response.setHeader('content-type', 'application/json; odata.metadata=minimal')
      response.end(pages.get(top) ?? pages.get('5'))
    }
    if (delayMs > 0) setTimeout(answer, delayMs)
    else answer()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/v1.0`, close: () => void server.close() }
}

function page(size: number): string {
  const value = Array.from({ length: size }, (_, index) => ({
    id: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    displayName: `Person Number ${index}`,
    givenName: 'Person',
    surname: `Number ${index}`,
    mail: `person.${index}@directory.example`,
    userPrincipalName: `person.${index}@directory.example`,
  }))
  const skipToken = 'RFNwdAIAAQAAACM6cGVyc29uLjVAZGlyZWN0b3J5LmV4YW1wbGU'
  return JSON.stringify({
    '@odata.context': 'https://graph.microsoft.com/v1.0/$metadata#users',
    '@odata.count': 1204,
    '@odata.nextLink': `https://graph.microsoft.com/v1.0/users?$top=${size}&$skiptoken=${skipToken}`,
    value,
  })
}
