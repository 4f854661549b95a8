import { afterEach, describe, expect, it } from 'vitest'
import type { Finding } from '../../src/doctor/index.ts'
import { foreignGraphHost } from '../../src/config/index.ts'
import { startGatehouse, type Gatehouse } from '@gatehouse/test-support/gatehouse'

const lookAlike = 'graph.microsoft.com.evil.test'

function apis(baseUrl: string) {
  return { graph: { baseUrl, scopes: ['User.ReadBasic.All'] } }
}

function foreign(baseUrl: string, production: boolean) {
  return foreignGraphHost({ production, downstreamApis: apis(baseUrl) })
}

describe('the host that the users’ tokens for Graph go to', () => {
  it.each([
    'https://graph.microsoft.com/v1.0',
    'https://graph.microsoft.com/beta',
    'https://GRAPH.microsoft.com/v1.0',
    'https://graph.microsoft.us/v1.0',
    'https://dod-graph.microsoft.us/v1.0',
    'https://microsoftgraph.chinacloudapi.cn/v1.0',
  ])('is Microsoft’s with %s', (baseUrl) => {
    expect([foreign(baseUrl, true), foreign(baseUrl, false)]).toEqual([undefined, undefined])
  })

  it.each([
    [`https://${lookAlike}/v1.0`, lookAlike],
    ['https://graph.microsoft.comm/v1.0', 'graph.microsoft.comm'],
    ['https://graph-microsoft.com/v1.0', 'graph-microsoft.com'],
    ['https://evilgraph.microsoft.com/v1.0', 'evilgraph.microsoft.com'],
    ['https://graph.microsoft.com@evil.test/v1.0', 'evil.test'],
    ['https://evil.test/graph.microsoft.com/v1.0', 'evil.test'],
    ['https://graph.micr\u043Esoft.com/v1.0', 'graph.xn--micrsoft-qbh.com'],
    ['https://graph.microsoft.de/v1.0', 'graph.microsoft.de'],
    ['https://login.microsoftonline.com/v1.0', 'login.microsoftonline.com'],
    ['https://proxy.example.test:8443/graph', 'proxy.example.test:8443'],
    ['https://localhost.evil.test/v1.0', 'localhost.evil.test'],
    ['https://127.0.0.1.evil.test/v1.0', '127.0.0.1.evil.test'],
  ])('is not Microsoft’s with %s', (baseUrl, host) => {
    expect([foreign(baseUrl, true), foreign(baseUrl, false)]).toEqual([host, host])
  })

  it.each(['http://127.0.0.1:5175/v1.0', 'http://localhost:5175/v1.0', 'https://[::1]:5175/v1.0'])(
    'is expected with %s in development alone',
    (baseUrl) => {
      expect(foreign(baseUrl, false)).toBeUndefined()
      expect(foreign(baseUrl, true)).toBe(new URL(baseUrl).host)
    },
  )

  it('is not looked for if no API is named graph', () => {
    expect(foreignGraphHost({ production: true, downstreamApis: {} })).toBeUndefined()
  })
})

describe('a Graph outside of Microsoft’s hosts', () => {
  let gatehouse: Gatehouse | undefined
  afterEach(() => gatehouse?.close())

  function lines({ logs }: Gatehouse) {
    const all = logs.map((line) => JSON.parse(line) as Record<string, unknown>)
    return all.filter(({ event }) => event === 'graph_host')
  }

  async function finding({ app, publicUrl }: Gatehouse): Promise<Finding | undefined> {
    const headers = { host: new URL(publicUrl).host }
    const answer = await app.inject({ url: '/api/doctor', headers })
    const { findings } = answer.json<{ findings: Finding[] }>()
    return findings.find(({ id }) => id === 'graph-host')
  }

  it('is named by one warning at the start and by the doctor, and is not refused', async () => {
    const config = { downstreamApis: apis(`https://${lookAlike}/v1.0`) }
    gatehouse = await startGatehouse({ config })
    expect(lines(gatehouse)).toMatchObject([
      { level: 40, key: 'downstreamApis.graph.baseUrl', host: lookAlike },
    ])
    const found = await finding(gatehouse)
    expect(found).toMatchObject({ status: 'warn', who: 'operator' })
    expect(found?.reason).toContain(lookAlike)
    expect(found?.next).toContain('set downstreamApis.graph.baseUrl')
    expect(lines(gatehouse)).toHaveLength(1)
  })

  it.each([
    ['https://graph.microsoft.com', 'warn'],
    ['https://graph.microsoft.us/users', 'warn'],
    ['https://graph.microsoft.com/v1.0', 'pass'],
    ['https://graph.microsoft.com/beta/', 'pass'],
  ])('needs a version if it is Microsoft’s own: %s is %s', async (baseUrl, status) => {
    gatehouse = await startGatehouse({ config: { downstreamApis: apis(baseUrl) } })
    const found = await finding(gatehouse)
    expect(found).toMatchObject({ status })
    expect(found?.reason.includes('names no version')).toBe(status === 'warn')
  })

  it('is not the local tenant, in development', async () => {
    gatehouse = await startGatehouse()
    expect(lines(gatehouse)).toEqual([])
    expect(await finding(gatehouse)).toMatchObject({ status: 'pass' })
  })
})
