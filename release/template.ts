/** What @gatehouse/create has of the rest of the repository. */
import { cpSync, renameSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { isAppFile, manifestFile, parts, rootFiles } from '../packages/create/src/app-files.ts'
import { root } from './manifest.ts'

/** The app that `npm create @gatehouse` makes: `web`, `bff` and `shared`. @param target the package of @gatehouse/create */
export function copyTemplate(target: string): void {
  const template = join(target, 'template')
  for (const part of parts) {
    cpSync(join(root, part), join(template, part), {
      recursive: true,
      filter: (path) => isAppFile(relative(root, path).split(sep).join('/')),
    })
  }
  for (const file of rootFiles) cpSync(join(root, file), join(template, file))
  for (const folder of ['', ...parts]) {
    renameSync(join(template, folder, 'package.json'), join(template, folder, manifestFile))
  }
}
