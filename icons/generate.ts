/**
 * `npm run icons`: writes the icons of the pages. With `--check` it only compares, and fails if they are not up
 * to date.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { iconsModule } from './icons.ts'

const file = new URL('../web/src/ui/icons.generated.ts', import.meta.url)

if (!process.argv.includes('--check')) writeFileSync(file, iconsModule())
else if (readFileSync(file, 'utf8') !== iconsModule()) {
  process.stderr.write(
    'web/src/ui/icons.generated.ts is not up to date: npm run icons writes it.\n',
  )
  process.exitCode = 1
}
