import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { metricCatalogue, type MetricName, prometheusNames } from '../../src/telemetry/metrics.ts'

const deploy = join(import.meta.dirname, '../../../../deploy')
const all = Object.keys(metricCatalogue) as MetricName[]
const names = new Map(all.flatMap((name) => prometheusNames(name).map((one) => [one, name])))

interface Dashboard {
  panels: { title: string; targets: { expr: string }[] }[]
}

const dashboard = JSON.parse(
  readFileSync(join(deploy, 'grafana/gatehouse.json'), 'utf8'),
) as Dashboard
const rules = readFileSync(join(deploy, 'prometheus/rules.yaml'), 'utf8')

const expressions = {
  dashboard: dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
  rules: [...rules.matchAll(/^ +expr: (.+)$/gm)].map(([, expr = '']) => expr),
}

/** What an expression reads: metrics, and labels of each. */
function read(expr: string) {
  const bare = expr.replaceAll(/\{[^}]*\}|by \([^)]*\)/g, '')
  const metrics = bare.match(/\b(?:http|db|gatehouse)_\w+/g) ?? []
  const selected = [...expr.matchAll(/(\w+)(?:=~|!~|!=|=)"/g)].map(([, label = '']) => label)
  const grouped = [...expr.matchAll(/by \(([^)]+)\)/g)].flatMap(([, list = '']) => list.split(', '))
  return { metrics, labels: [...selected, ...grouped] }
}

describe.each(Object.entries(expressions))('the Prometheus %s', (_what, found) => {
  it('reads metrics and labels that exist, and each expression reads one', () => {
    expect(found.length).toBeGreaterThan(7)
    for (const expr of found) {
      const { metrics, labels } = read(expr)
      expect([expr, metrics.length > 0]).toEqual([expr, true])
      expect([expr, metrics.filter((metric) => !names.has(metric))]).toEqual([expr, []])
      const known = metrics.flatMap((metric) => {
        const name = names.get(metric)
        return name ? metricCatalogue[name].attributes.map((one) => one.replaceAll('.', '_')) : []
      })
      const unknown = labels.filter((label) => ![...known, 'le', 'job'].includes(label))
      expect([expr, unknown]).toEqual([expr, []])
    }
  })
})

it('the dashboard shows every metric', () => {
  const shown = new Set(
    expressions.dashboard.flatMap((expr) => read(expr).metrics.map((one) => names.get(one))),
  )
  expect(shown).toEqual(new Set(all))
})
