/** `npm run logging -w @gatehouse/fastify`: writes docs/logging.md from the catalogues of events. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fieldMeanings, type LogEvent, logEvents } from '../src/telemetry/events.ts'

const everyLine = [
  ['`level`', '30 info, 40 warn, 50 error'],
  ['`time`', 'UTC, such as `2026-11-26T20:15:00.000Z`'],
  ['`msg`', 'a sentence for people; programs read `event`'],
  ['`event`', 'the name of the event, below. Fastify’s own lines, about listening, have none'],
  ['`reqId`', 'id of the request, as in a problem’s `requestId`; absent outside of requests'],
  [
    '`trace_id`',
    'W3C trace id, as in a problem’s `traceId`; absent outside of requests. `traceId` is Entra’s own',
  ],
]

const head = () => `# The log

One JSON object per line, on standard output. This page is made from \`packages/fastify/src/telemetry/events.ts\`.

- No line holds a token, a cookie, a secret, a name, an e-mail address, a user id, a path or a query. Sentences that Entra
  or an API wrote are never logged; their codes, numbers and ids are.
- \`LOG_LEVEL\` is \`info\` in production and \`warn\` in development, or \`info\` if \`requestLog\` is set.
- \`requestLog\` in \`aad.config.json\` adds a line for each request: \`"errors"\` for those that were answered with 4xx or 5xx
  or not at all, \`"all"\` for every one, health checks included. It is \`"off"\` by default.
- If standard output takes no lines, as with a full disk under it, they are lost, the app serves on, and standard error says
  so once with the error's code. The log goes on when it can.

## Fields of every line

${table(['field', 'holds'], everyLine)}
## An error

\`err\` has \`type\`, \`message\` (empty if it could quote an answer), \`code\`, \`stack\`, and \`cause\` with the same, and, if known,
\`check\`, \`oauthError\`, \`suberror\`, \`aadsts\`, \`httpStatus\`, \`traceId\` and \`correlationId\` of Entra, \`retryAfterS\`,
\`apiRequestId\`, and \`network\`: why there was no answer (\`dns\`, \`refused\`, \`tls\`, \`proxy\` and others).
`

/** The page as in docs/. */
export function loggingPage(): string {
  const parts = Object.entries(logEvents).map(
    ([name, events]) =>
      `## ${name}\n\n${table(['event', 'level', 'fields', 'means'], rows(events))}`,
  )
  const fields = Object.entries(fieldMeanings).map(([name, meaning]) => [`\`${name}\``, meaning])
  return [head(), ...parts, `## Fields\n\n${table(['field', 'holds'], fields)}`].join('\n')
}

function rows(events: Record<string, LogEvent>): string[][] {
  return Object.entries(events).map(([name, { levels, fields, meaning }]) => [
    `\`${name}\``,
    levels.join(', '),
    fields.map((field) => `\`${field}\``).join(', '),
    meaning,
  ])
}

/** In the form that the formatter leaves as it is. */
export function table(names: string[], body: string[][]): string {
  const widths = names.map((_, at) =>
    Math.max(3, ...[names, ...body].map((row) => row[at]?.length ?? 0)),
  )
  const line = (row: string[]) =>
    `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return `${[line(names), rule, ...body.map(line)].join('\n')}\n`
}

export const loggingPagePath = join(import.meta.dirname, '../../../docs/logging.md')

if (import.meta.main) writeFileSync(loggingPagePath, loggingPage())
