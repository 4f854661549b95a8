/** `npm run doctor`: finds what prevents a sign-in with this configuration, and who can change it. */
import { parseArgs, styleText } from 'node:util'
import { findProjectRoot } from '../config/index.ts'
import { diagnose, type Finding } from '../doctor/index.ts'

const help = `Usage: npm run doctor [-- --json]

Checks what a sign-in depends on: configuration, tenant, credential, addresses, store, keys.
It uses the same configuration as the back end, changes nothing, and prints no secret.
It ends with 1 if a check fails, else with 0.

Options:
  --json  prints { ok, findings } for programs
  --help  this text
`
const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  process.stdout.write(help)
  process.exit(0)
}

const marks = { pass: 'ok  ', warn: 'warn', fail: 'FAIL' } as const
const colours = { pass: 'green', warn: 'yellow', fail: 'red' } as const

function lineOf({ id, status, reason, who, next }: Finding): string {
  // styleText respects NO_COLOR, pipes, and terminals without colours.
  const mark = styleText(colours[status], marks[status], { stream: process.stdout })
  const line = `${mark}  ${id}: ${reason}`
  return status === 'pass' ? line : `${line}\n      ${who}: ${next}`
}

const findings = await diagnose(process.env, findProjectRoot())
const failed = findings.filter(({ status }) => status === 'fail').length
let report: string
if (values.json) {
  report = `${JSON.stringify({ ok: failed === 0, findings }, null, 2)}\n`
} else {
  const warned = findings.filter(({ status }) => status === 'warn').length
  const sum = `${findings.length} checks: ${failed} failed, ${warned} to look at.`
  report = `${findings.map(lineOf).join('\n')}\n\n${sum}\n`
}
// A check that did not end would keep the process alive.
process.stdout.write(report, () => process.exit(failed === 0 ? 0 : 1))
