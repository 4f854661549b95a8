import { writeFileSync } from 'node:fs'
import { iconsModule } from './icons.ts'
import { tokensCss } from './tokens.ts'

writeFileSync(new URL('../src/ui/tokens.generated.css', import.meta.url), tokensCss())
writeFileSync(new URL('../src/ui/icons.generated.ts', import.meta.url), iconsModule())
