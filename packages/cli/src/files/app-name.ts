import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { checkAppearance, type Appearance } from '@gatehouse/contract/appearance'
import { SetupError } from '../errors.ts'
import { shown } from './folder.ts'

/**
 * The name of the app, as its pages have it: the registration gets it, unless another one is given.
 *
 * @param root the project's root
 * @returns "Gatehouse" for a project without `shared/src/appearance.ts`
 * @throws SetupError if that file cannot be read, or has a value that cannot be used
 */
export async function appName(root: string): Promise<string> {
  const path = join(root, 'shared/src/appearance.ts')
  if (!existsSync(path)) return 'Gatehouse'
  try {
    const module = (await import(pathToFileURL(path).href)) as { appearance?: Appearance }
    if (!module.appearance) throw new Error('it exports no appearance')
    return checkAppearance(module.appearance).name
  } catch (error) {
    throw new SetupError(
      'files',
      `${shown(path)} cannot be used: ${(error as Error).message}`,
      'Repair the file, or give the name with --name.',
    )
  }
}
