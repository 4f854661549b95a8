/** The alert rules, in Prometheus's own program for testing them. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { health } from '@gatehouse/contract/paths'
import { ensureProgram } from '@gatehouse/test-support/ensure-program'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const rules = join(import.meta.dirname, '../../../../deploy/prometheus/rules.yaml')
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-rules-'))
const installMs = 120_000

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** @param series values of each by Prometheus's notation, a minute apart. @returns what promtool says if it differs */
function alertsAfter(minutes: number, series: Record<string, string>, alertname: string): string {
  const input_series = Object.entries(series).map(([name, values]) => ({ series: name, values }))
  const alert_rule_test = [{ eval_time: `${minutes}m`, alertname, exp_alerts: [] }]
  const tests = [{ interval: '1m', input_series, alert_rule_test }]
  const file = join(folder, 'test.yaml')
  // YAML takes JSON.
  writeFileSync(file, JSON.stringify({ rule_files: [rules], evaluation_interval: '1m', tests }))
  const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', file], {
    encoding: 'utf8',
  })
  return status === 0 ? 'none' : stdout + stderr
}

beforeAll(
  () => ensureProgram('promtool', 'prometheus', 'macOS: brew install prometheus.'),
  installMs,
)

describe('the alert about requests', { tags: ['thorough'] }, () => {
  const alert = 'GatehouseRequestsFail'
  const requests = (route: string, status: number) =>
    `http_server_request_duration_count{http_route="${route}",http_response_status_code="${status}"}`
  const { alive, ready } = health

  it('tells that many fail, however many health checks there are', () => {
    const series = {
      [requests('/api/me', 500)]: '0+1x30',
      [requests('/api/me', 200)]: '0+9x30',
      [requests(alive, 200)]: '0+300x30',
      [requests(ready, 200)]: '0+300x30',
    }
    expect(alertsAfter(20, series, alert)).toContain(`alertname="${alert}"`)
  })

  it('says nothing of an instance that is not ready, while people are served', () => {
    const series = { [requests('/api/me', 200)]: '0+9x30', [requests(ready, 503)]: '0+30x30' }
    expect(alertsAfter(20, series, alert)).toBe('none')
  })

  it('counts requests that no route has', () => {
    const noRoute = 'http_server_request_duration_count{http_response_status_code="500"}'
    expect(alertsAfter(20, { [noRoute]: '0+1x30' }, alert)).toContain(`alertname="${alert}"`)
  })
})

describe('the alert about sign-ins', { tags: ['thorough'] }, () => {
  const alert = 'GatehouseSignInsFail'
  const failed = 'gatehouse_sign_ins_total{outcome="failed"}'
  const refused = 'gatehouse_sign_ins_total{outcome="refused"}'
  const signedIn = 'gatehouse_sign_ins_total{outcome="signed_in"}'

  it('tells that all of them fail since the start', () => {
    // Each outcome is there as 0 from the start.
    expect(alertsAfter(40, { [failed]: '0+2x60', [signedIn]: '0x60' }, alert)).toContain(
      `alertname="${alert}"`,
    )
  })

  it('tells that they fail after others worked', () => {
    const series = { [failed]: '0x30 0+2x60', [signedIn]: '0+5x30 150x60' }
    expect(alertsAfter(60, series, alert)).toContain(`alertname="${alert}"`)
  })

  it('wakes nobody for one person who is refused again and again at night', () => {
    expect(
      alertsAfter(40, { [refused]: '0 0 1 1 2 2 3 3 4 4 4x50', [signedIn]: '9x60' }, alert),
    ).toBe('none')
    const often = { [refused]: '0+0.3x60', [signedIn]: '9x60' }
    expect(alertsAfter(40, often, alert)).toBe('none')
  })
})
