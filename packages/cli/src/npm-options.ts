/**
 * Options that npm keeps for itself: in `npm run register --dry-run`, npm takes --dry-run as a setting of its own,
 * and the command would register for real. The same happens in PowerShell, which drops the `--` before it. npm
 * passes its settings on as variables such as `npm_config_dry_run`.
 */

type Kind = 'flag' | 'value'

const target: Record<string, Kind> = {
  name: 'value',
  tenant: 'value',
  cloud: 'value',
  'sign-in': 'value',
  authority: 'value',
  graph: 'value',
}

/** The options of each script; a test compares them with its `--help`. */
export const scriptOptions: Record<string, Record<string, Kind>> = {
  session: { user: 'value' },
  doctor: { json: 'flag' },
  'end-sessions': { user: 'value', tenant: 'value' },
  cleanup: { ...target, yes: 'flag' },
  register: {
    ...target,
    'public-url': 'value',
    'multi-tenant': 'flag',
    'single-tenant': 'flag',
    certificate: 'flag',
    federated: 'value',
    'assertion-file': 'value',
    days: 'value',
    rotate: 'flag',
    'dry-run': 'flag',
    yes: 'flag',
  },
}

/**
 * @param args what npm passed on
 * @returns what happened and the line to type; undefined if npm kept nothing that this script knows
 */
export function swallowedOptions(
  script: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): string | undefined {
  const options = Object.entries(scriptOptions[script] ?? {})
  const isGiven = (name: string) => args.some((arg) => arg.split('=')[0] === `--${name}`)
  const kept = options
    .map(([name, kind]) => ({ name, kind, value: keptValue(name, args, env) }))
    .filter(({ name, value }) => value && !isGiven(name))
    .filter(({ name }, _at, all) => name !== 'yes' || !all.some((one) => one.name === 'days'))
  if (kept.length === 0) return undefined
  // Without a "=", npm takes an option that it does not know as a switch, and passes the value on.
  const loose = kept.filter(({ kind, value }) => kind === 'value' && value === 'true')
  const words = valuesAmong(args)
  const isClear = loose.length === 1 && words.length === 1
  const parts = kept.map(({ name, kind, value = '' }) => {
    if (kind === 'flag') return `--${name}`
    return `--${name} ${value === 'true' ? (isClear ? quoted(words[0]) : '<value>') : quoted(value)}`
  })
  const passed = loose.length > 0 ? args.filter((arg) => !words.includes(arg)) : args
  const line = ['npm run', script, '--', ...passed.map(quoted), ...parts].join(' ')
  const names = kept.map(({ name }) => `--${name}`).join(', ')
  return `npm kept ${names} for itself, so nothing was done. Options go behind "--":\n\n  ${line}\n\nPowerShell drops a bare --. There, write it in quotes: "--".`
}

function keptValue(
  name: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): string | undefined {
  // npm reads --days as its own short options -d -a -y -s.
  if (name === 'days' && env['npm_config_all'] === 'true' && valuesAmong(args).length > 0) {
    return 'true'
  }
  const value = env[`npm_config_${name.replaceAll('-', '_')}`]
  return value === 'false' ? undefined : value
}

/** The words that are no option, and no value of the option before. */
function valuesAmong(args: readonly string[]): string[] {
  return args.filter((arg, at) => !arg.startsWith('-') && !args[at - 1]?.startsWith('--'))
}

function quoted(word = ''): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word)
}

/**
 * The sentence for a development package that is missing, as after `npm ci --omit=dev`. A plain `npm ci` would
 * leave it out again if NODE_ENV or .npmrc does.
 */
export function withoutDevelopmentPackages(name: string): string {
  return `The development package ${name} is not installed. Run: npm ci --include=dev`
}
