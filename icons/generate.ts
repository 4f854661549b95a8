/**
 * `npm run icons`: writes the icons of the pages. With `--check` it only compares, and fails if they are not up
 * to date.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { iconModules } from './icons.ts'

for (const [module, text] of Object.entries(iconModules())) {
  const file = new URL(`../web/src/${module}`, import.meta.url)
  if (!process.argv.includes('--check')) writeFileSync(file, text)
  else if (readFileSync(file, 'utf8') !== text) {
    process.stderr.write(`web/src/${module} is not up to date: npm run icons writes it.\n`)
    process.exitCode = 1
  }
}
