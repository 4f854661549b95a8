/** Removes what `register` made: reads, shows, asks, and only then removes; first at Entra, then the files. */

import { SetupError } from '../errors.ts'
import {
  editConfig,
  withoutSecret as shownConfig,
  type ConfigDocument,
} from '../files/config-file.ts'
import { readEnvFile, secretIn, withoutSecret } from '../files/env-file.ts'
import type { Folder } from '../files/folder.ts'
import { ownerOnly, removeFile, requireUnchanged, writeWhole } from '../files/write.ts'
import { refusal, type Application, type FederatedCredential } from '../graph/answers.ts'
import { createGraph, type Graph } from '../graph/client.ts'
import type { Network } from '../network.ts'
import {
  ask,
  hasTerminal,
  paint,
  planLine,
  print,
  showDifference,
  showHeading,
  showLines,
  withProgress,
  type Line,
} from '../output.ts'
import { removeCertificates } from '../register/certificate-files.ts'
import { restoringEdits } from '../register/config-plan.ts'
import { federatedName, ownerTag } from '../register/credential-plan.ts'
import { removeStale, staleCertificates, staleSecrets } from '../register/credential.ts'
import {
  configuredClient,
  findApplication,
  findRest,
  isOurs,
  type Existing,
} from '../register/existing.ts'
import { uniqueNameOf, type Settings } from '../register/settings.ts'
import { signIn } from '../sign-in.ts'

type CleanupSettings = Pick<
  Settings,
  'name' | 'newName' | 'tenant' | 'cloud' | 'signIn' | 'token' | 'yes'
>

/** @throws SetupError if it cannot continue; the next run continues with the rest */
export async function cleanup(
  network: Network,
  folder: Folder,
  config: ConfigDocument,
  settings: CleanupSettings,
): Promise<void> {
  const { cloud, tenant, token, newName } = settings
  const session = await signIn(network, { cloud, tenant, way: settings.signIn, token })
  const graph = createGraph(network, cloud.graph, session.token)
  const [existing, deleted] = await withProgress('Reading what is there', async () => {
    const application = await findApplication(graph, config.value, settings, session.tenantId)
    if (application) return [await findRest(graph, application), undefined]
    const facts = { clientId: configuredClient(config.value), name: newName }
    return [await findRest(graph, undefined), await findDeleted(graph, facts)]
  })

  const plan = planRemoval(existing, deleted)
  const files = filesAfter(folder, config)
  print(`${paint('dim', 'Tenant')} ${session.tenantId}\n`)
  showHeading('Registration')
  showLines(plan.lines)
  print()
  const restores = showDifference(
    'aad.config.json',
    shownConfig(config.text),
    shownConfig(files.config),
  )
  const forgets = files.env !== files.envBefore
  if (forgets) {
    if (restores) print()
    showHeading('.env')
    showLines([planLine('-', 'AAD_CLIENT_SECRET', 'not shown')])
  }
  print()
  if (plan.steps === 0 && !restores && !forgets) {
    print('There is nothing to remove.')
    return
  }
  if (!(await mayRemove(settings.yes))) {
    print('Nothing was removed.')
    return
  }

  requireUnchanged(folder.config, config.text)
  requireUnchanged(folder.env, files.envBefore)
  await withProgress('Removing the registration', () => remove(graph, plan))
  if (restores) writeWhole(folder.config, files.config)
  if (files.env === '' && forgets) removeFile(folder.env)
  else if (forgets) writeWhole(folder.env, files.env, ownerOnly)
  removeCertificates(folder.keys)
  print(`\n${paint('green', 'Removed.')} npm run dev uses the local tenant again.`)
}

/** A secret that `register` did not write stays in `.env`. */
function filesAfter(folder: Folder, { text, value }: ConfigDocument) {
  const envBefore = readEnvFile(folder.env)
  const isOwnSecret = secretIn(envBefore)?.keyId !== undefined
  const isConfigured = configuredClient(value) !== undefined
  return {
    envBefore,
    env: isOwnSecret ? withoutSecret(envBefore) : envBefore,
    config: isConfigured ? editConfig(text, restoringEdits(value)) : text,
  }
}

async function mayRemove(yes: boolean): Promise<boolean> {
  if (yes) return true
  if (hasTerminal()) return ask('Remove this for good?', false)
  throw new SetupError(
    'declined',
    'There is no terminal to ask on whether to remove this.',
    'Run the command again with --yes.',
  )
}

type Deleted = Pick<Application, 'id' | 'appId' | 'displayName' | 'uniqueName'>

interface RemovalPlan {
  /** `register` made it: it is removed as a whole. */
  whole: Application | undefined
  /** Deleted already, but its name is still taken. */
  deleted: Deleted | undefined
  /** Made by hand: only the credentials that `register` added are removed. */
  added: { application: Application; federated: FederatedCredential[] } | undefined
  lines: Line[]
  steps: number
}

const nothingInUse = { keyId: undefined, certificate: undefined }

function planRemoval(existing: Existing, deleted: Deleted | undefined): RemovalPlan {
  const { application } = existing
  const none = { whole: undefined, deleted: undefined, added: undefined }
  if (application && isOurs(application)) {
    const lines = [
      planLine('-', 'application', `${application.displayName} (${application.appId})`),
      ...(existing.servicePrincipal
        ? [planLine('-', 'service principal', 'and people’s consent')]
        : []),
    ]
    return { ...none, whole: application, lines, steps: 1 }
  }
  if (application) {
    const federated = existing.federated.filter(({ name }) => name === federatedName)
    const lines = [
      ...staleSecrets(application, nothingInUse).map(() =>
        planLine('-', 'client secret', ownerTag),
      ),
      ...staleCertificates(application, nothingInUse).map(() =>
        planLine('-', 'certificate', ownerTag),
      ),
      ...federated.map(({ subject }) => planLine('-', 'federated identity', subject)),
    ]
    const kept = planLine('=', 'application', `${application.displayName}, made by hand: it stays`)
    const added = { application, federated }
    return { ...none, added, lines: [kept, ...lines], steps: lines.length }
  }
  if (deleted) {
    const lines = [
      planLine('-', 'deleted application', `${deleted.displayName} (${deleted.appId})`),
    ]
    return { ...none, deleted, lines, steps: 1 }
  }
  return { ...none, lines: [planLine('=', 'application', 'there is none')], steps: 0 }
}

const deletedItems = '/directory/deletedItems/microsoft.graph.application'

/**
 * Entra keeps deleted applications for 30 days. After an interrupted run, the application may be among them.
 * An account that may not read them finds none: Entra removes it later, and only its name is taken until then.
 */
async function findDeleted(
  graph: Graph,
  { clientId, name }: { clientId: string | undefined; name: string },
): Promise<Deleted | undefined> {
  const uniqueName = uniqueNameOf(name)
  const path = `${deletedItems}?$select=id,appId,displayName,uniqueName`
  const what = 'read the deleted applications'
  const { status } = await graph.call({ method: 'GET', path, what })
  if (status === 403) return undefined
  const deleted = await graph.list<Deleted>(path, what)
  const ours = deleted.filter((one) => one.uniqueName?.startsWith('gatehouse-'))
  return ours.find((one) => (clientId ? one.appId === clientId : one.uniqueName === uniqueName))
}

/** @throws SetupError */
async function remove(graph: Graph, { whole, deleted, added }: RemovalPlan): Promise<void> {
  if (added) {
    const { application, federated } = added
    await removeStale(graph, application, nothingInUse)
    for (const { id } of federated) {
      const path = `/applications/${application.id}/federatedIdentityCredentials/${id}`
      await erase(graph, path, 'remove the federated credential')
    }
  }
  // This deletes its service principal too.
  if (whole) await erase(graph, `/applications/${whole.id}`, 'delete the application')
  const gone = whole ?? deleted
  // Otherwise its name would be taken for 30 days.
  if (gone)
    await erase(graph, `/directory/deletedItems/${gone.id}`, 'delete the application for good')
}

/** Deletes an object. A 404 is a success: it is gone already. */
async function erase(graph: Graph, path: string, what: string): Promise<void> {
  const answer = await graph.call({ method: 'DELETE', path, what })
  if (answer.status === 404 || (answer.status >= 200 && answer.status < 300)) return
  throw refusal(answer, what)
}
