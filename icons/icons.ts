import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/**
 * The icons that the pages use, by the module in web/src that has them: the name here, and Fluent's. Each is 20 px wide and
 * one path. What one page alone uses is a module of that page, so that it is no part of the first download.
 */
const used: Record<string, Record<string, string>> = {
  'ui/icons.generated.ts': {
    arrowRight: 'arrow_right_20_regular',
    arrowSortDown: 'arrow_sort_down_20_regular',
    arrowSortUp: 'arrow_sort_up_20_regular',
    check: 'checkmark_20_regular',
    checkCircle: 'checkmark_circle_20_regular',
    chevronDown: 'chevron_down_20_regular',
    chevronRight: 'chevron_right_20_regular',
    clock: 'clock_20_regular',
    copy: 'copy_20_regular',
    dismiss: 'dismiss_20_regular',
    errorCircle: 'error_circle_20_regular',
    home: 'home_20_regular',
    info: 'info_20_regular',
    key: 'key_20_regular',
    lock: 'lock_closed_20_regular',
    moon: 'weather_moon_20_regular',
    noConnection: 'wifi_off_20_regular',
    notMade: 'subtract_circle_20_regular',
    open: 'open_20_regular',
    people: 'people_20_regular',
    person: 'person_20_regular',
    search: 'search_20_regular',
    shield: 'shield_20_regular',
    signOut: 'sign_out_20_regular',
    sun: 'weather_sunny_20_regular',
    theme: 'dark_theme_20_regular',
    warning: 'warning_20_regular',
    window: 'window_20_regular',
  },
  'pages/home/icons.generated.ts': {
    server: 'server_20_regular',
    shieldCheck: 'shield_checkmark_20_regular',
  },
}

const folder = join(
  dirname(createRequire(import.meta.url).resolve('@fluentui/svg-icons/package.json')),
  'icons',
)

/** The modules of icons by their paths in web/src: one exported path each, so that the build leaves unused ones out. */
export function iconModules(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(used).map(([module, icons]) => [module, iconsModule(icons)]),
  )
}

function iconsModule(icons: Record<string, string>): string {
  const lines = Object.entries(icons).map(
    ([name, file]) => `export const ${name} = '${path(file)}'`,
  )
  return [
    '// Generated from @fluentui/svg-icons (MIT, Microsoft) by `npm run icons`. Do not edit.',
    ...lines,
    '',
  ].join('\n')
}

function path(file: string): string {
  const svg = readFileSync(join(folder, `${file}.svg`), 'utf8')
  const paths = [...svg.matchAll(/<path d="([^"]+)"/g)]
  const [only] = paths
  if (!only?.[1] || paths.length !== 1) throw new Error(`${file}.svg is not one path`)
  return only[1]
}
