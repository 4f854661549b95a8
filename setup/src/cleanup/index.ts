/** Takes back what `register` made: look, show, ask, and only then remove; remote first, files last. */
import { SetupError } from '../errors.ts'
import { editConfig, withoutSecret as shownConfig } from '../files/config-file.ts'
import type { ConfigDocument } from '../files/config-file.ts'
import { readEnvFile, secretIn, withoutSecret } from '../files/env-file.ts'
import type { Folder } from '../files/folder.ts'
import { ownerOnly, removeFile, writeWhole } from '../files/write.ts'
import { createGraph } from '../graph/client.ts'
import type { Network } from '../network.ts'
import { ask, hasTerminal, paint, say, withProgress } from '../output.ts'
import { removeCertificates } from '../register/certificate-files.ts'
import { restoringEdits } from '../register/config-plan.ts'
import { configuredClient, findApplication, findRest } from '../register/found.ts'
import { line } from '../register/line.ts'
import type { Settings } from '../register/settings.ts'
import { showDifference, showHeading, showLines } from '../register/show.ts'
import { signIn } from '../sign-in/index.ts'
import { findDeleted, planRemoval, remove } from './remove.ts'

export type CleanupSettings = Pick<
  Settings,
  'name' | 'tenant' | 'cloud' | 'signIn' | 'token' | 'yes'
>

/** @throws SetupError where it cannot go on; the next run goes on with the rest */
export async function cleanup(
  network: Network,
  folder: Folder,
  config: ConfigDocument,
  settings: CleanupSettings,
): Promise<void> {
  const { cloud, tenant, token, name } = settings
  const session = await signIn(network, { cloud, tenant, way: settings.signIn, token })
  const graph = createGraph(network, cloud.graph, session.token)
  const [found, deleted] = await withProgress('Reading what is there', async () => {
    const application = await findApplication(graph, config.value, name, session.tenantId)
    if (application) return [await findRest(graph, application), undefined]
    const facts = { clientId: configuredClient(config.value), name }
    return [await findRest(graph, undefined), await findDeleted(graph, facts)]
  })

  const plan = planRemoval(found, deleted)
  const files = filesAfter(folder, config)
  say(`${paint('dim', 'Tenant')} ${session.tenantId}\n`)
  showHeading('Registration')
  showLines(plan.lines)
  say()
  const restores = showDifference(
    'aad.config.json',
    shownConfig(config.text),
    shownConfig(files.config),
  )
  const forgets = files.env !== files.envBefore
  if (forgets) {
    if (restores) say()
    showHeading('.env')
    showLines([line('-', 'AAD_CLIENT_SECRET', 'not shown')])
  }
  say()
  if (plan.steps === 0 && !restores && !forgets) {
    say('There is nothing to remove.')
    return
  }
  if (!(await mayRemove(settings.yes))) {
    say('Nothing was removed.')
    return
  }

  await withProgress('Removing the registration', () => remove(graph, plan))
  if (restores) writeWhole(folder.config, files.config)
  if (files.env === '' && forgets) removeFile(folder.env)
  else if (forgets) writeWhole(folder.env, files.env, ownerOnly)
  removeCertificates(folder.keys)
  say(`\n${paint('green', 'Removed.')} npm run dev uses the local tenant again.`)
}

/** A secret that somebody else put into `.env` is theirs. */
function filesAfter(folder: Folder, { text, value }: ConfigDocument) {
  const envBefore = readEnvFile(folder.env)
  const isOurs = secretIn(envBefore)?.keyId !== undefined
  const isConfigured = configuredClient(value) !== undefined
  return {
    envBefore,
    env: isOurs ? withoutSecret(envBefore) : envBefore,
    config: isConfigured ? editConfig(text, restoringEdits(value)) : text,
  }
}

async function mayRemove(yes: boolean): Promise<boolean> {
  if (yes) return true
  if (hasTerminal()) return ask('Remove this for good?')
  throw new SetupError(
    'declined',
    'Nobody can be asked whether to remove this.',
    'Run the command again with --yes.',
  )
}
