/** `npm run doctor`: finds what prevents a sign-in with this configuration, and who can change it. */
import { parseArgs, styleText } from 'node:util'
import { diagnose, type Finding } from '../doctor/index.ts'

const help = `Usage: npm run doctor [-- --json]
   or: node bff/dist/server.js doctor [--json]

Checks what a sign-in depends on: configuration, tenant, credential, addresses, store, keys.
It uses the same configuration as the back end, changes nothing, and prints no secret.
It ends with 1 if a check fails, else with 0.

Options:
  --json  prints { ok, findings } for programs
  --help  this text
`
const marks = { pass: 'ok  ', warn: 'warn', fail: 'FAIL', unknown: 'n/a ' } as const
const colours = { pass: 'green', warn: 'yellow', fail: 'red', unknown: 'gray' } as const

function lineOf({ id, status, reason, who, next }: Finding): string {
  // styleText respects NO_COLOR, pipes, and terminals without colours.
  const mark = styleText(colours[status], marks[status], { stream: process.stdout })
  const line = `${mark}  ${id}: ${reason}`
  return status === 'pass' || status === 'unknown' ? line : `${line}\n      ${who}: ${next}`
}

/** @param root the project's root, with `aad.config.json` */
export async function runDoctor(args: readonly string[], root: string): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return void process.stdout.write(help)
  const findings = await diagnose(process.env, root)
  const isOk = findings.every(({ status }) => status !== 'fail')
  const report = values.json ? JSON.stringify({ ok: isOk, findings }, null, 2) : inLines(findings)
  process.exitCode = isOk ? 0 : 1
  process.stdout.write(`${report}\n`, (error) => {
    // A check that did not end would keep the process alive. What a failure means, `endWithOutput` says.
    if (!error) process.exit()
  })
}

function inLines(findings: readonly Finding[]): string {
  const count = (status: Finding['status']) =>
    findings.filter((finding) => finding.status === status).length
  const warnings = count('warn') === 1 ? '1 warning' : `${count('warn')} warnings`
  const sum = `${findings.length} checks: ${count('fail')} failed, ${warnings}, ${count('unknown')} not checked.`
  return `${findings.map(lineOf).join('\n')}\n\n${sum}`
}
