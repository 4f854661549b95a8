/** The alert rules, in Prometheus's own program for testing them. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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

describe('the alert about sign-ins', { tags: ['thorough'] }, () => {
  beforeAll(
    () => ensureProgram('promtool', 'prometheus', 'macOS: brew install prometheus.'),
    installMs,
  )

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
