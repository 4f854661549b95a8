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
const marks = { pass: 'ok  ', warn: 'warn', fail: 'FAIL' } as const
const colours = { pass: 'green', warn: 'yellow', fail: 'red' } as const

function lineOf({ id, status, reason, who, next }: Finding): string {
  // styleText respects NO_COLOR, pipes, and terminals without colours.
  const mark = styleText(colours[status], marks[status], { stream: process.stdout })
  const line = `${mark}  ${id}: ${reason}`
  return status === 'pass' ? line : `${line}\n      ${who}: ${next}`
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
  const failed = findings.filter(({ status }) => status === 'fail').length
  process.exitCode = failed === 0 ? 0 : 1
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ ok: failed === 0, findings }, null, 2)}\n`)
    return
  }
  const warned = findings.filter(({ status }) => status === 'warn').length
  const sum = `${findings.length} checks: ${failed} failed, ${warned} to look at.`
  process.stdout.write(`${findings.map(lineOf).join('\n')}\n\n${sum}\n`)
}
