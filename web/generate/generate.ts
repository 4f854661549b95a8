import { writeFileSync } from 'node:fs'
import { tokensCss } from './tokens.ts'

writeFileSync(new URL('../src/ui/tokens.generated.css', import.meta.url), tokensCss())
