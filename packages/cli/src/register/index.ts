/** Registers the app: look, plan, show, ask, and only then change; remote first, files last. */
import { auth, pages } from '@gatehouse/contract/paths'
import { type ConfigDocument, editConfig } from '../files/config-file.ts'
import { readEnvFile, secretIn } from '../files/env-file.ts'
import type { Folder } from '../files/folder.ts'
import { ownerOnly, requireIgnored, writeWhole } from '../files/write.ts'
import { createGraph, type Graph } from '../graph/client.ts'
import type { Network } from '../network.ts'
import { ask, hasTerminal, paint, say, withProgress } from '../output.ts'
import { signIn } from '../sign-in.ts'
import { planApplication, resolvePermissions } from './application-plan.ts'
import { localCertificates, removeCertificates } from './certificate-files.ts'
import { planCredential } from './credential-plan.ts'
import { byClientId, findApplication, findRest } from './existing.ts'
import { editsOf, envAfter, type Plan } from './plan.ts'
import { defaultName, publicOrigin, type Settings } from './settings.ts'
import { sayWhatIsLeft, showPlan } from './show-plan.ts'
import { applyApplication, applyServicePrincipal } from './application.ts'
import { applyCredential, removeStale } from './credential.ts'
import { SetupError } from '../errors.ts'

/** @throws SetupError where it cannot go on; what was done until then is found again by the next run */
export async function register(
  network: Network,
  folder: Folder,
  config: ConfigDocument,
  settings: Settings,
): Promise<void> {
  const publicUrl = publicOrigin(settings.publicUrl ?? config.value.publicUrl ?? '')
  requireIgnored(
    settings.credential.kind === 'certificate' ? `${folder.keys}/aad-client.key` : folder.env,
  )
  const envText = readEnvFile(folder.env)

  const { cloud, tenant, token } = settings
  const session = await signIn(network, { cloud, tenant, way: settings.signIn, token })
  const graph = createGraph(network, cloud.graph, session.token)
  const [existing, permissions] = await withProgress('Reading what is there', async () => {
    const { name } = settings
    const application = await findApplication(graph, config.value, name, session.tenantId)
    return Promise.all([findRest(graph, application), resolvePermissions(graph, config.value)])
  })

  const now = Date.now()
  const { application } = existing
  const multiTenant = settings.multiTenant ?? config.value.tenant === 'organizations'
  const wanted = {
    displayName: settings.name ?? defaultName,
    multiTenant: settings.multiTenant ?? (application ? undefined : multiTenant),
    redirectUris: [publicUrl + auth.redirect, publicUrl + pages.signedOut],
    // Entra takes https only: https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc
    logoutUrl: publicUrl.startsWith('https:') ? publicUrl + auth.frontChannelLogout : undefined,
    permissions,
  }
  const plan: Plan = {
    existing,
    session,
    publicUrl,
    multiTenant,
    config,
    envText,
    wanted,
    application: planApplication(wanted, application),
    credential: planCredential(settings.credential, {
      application,
      federated: existing.federated,
      secret: secretIn(envText),
      certificates: localCertificates(folder.keys, now),
      rotate: settings.rotate,
      now,
    }),
  }

  const shown = showPlan(plan, settings)
  if (settings.dryRun) {
    say(paint('dim', '\nA dry run: nothing was changed.'))
    return
  }
  if (shown.changes && !(await confirm(shown.userEdits, settings.yes))) {
    say('Nothing was changed.')
    return
  }
  const { clientId, ends } = await apply(graph, folder, plan, settings, now)
  sayWhatIsLeft(plan, settings, { clientId, ends, now })
}

// Carries the plan out. The order is such that a run that is cut off anywhere can be repeated.

/** @throws SetupError */
async function apply(
  graph: Graph,
  folder: Folder,
  plan: Plan,
  settings: Settings,
  now: number,
): Promise<{ clientId: string; ends: string | undefined }> {
  const { existing, wanted, credential: credentialPlan } = plan
  const application = await applyApplication(
    graph,
    plan.application,
    existing.application,
    wanted.displayName,
  )
  if (!existing.servicePrincipal) await applyServicePrincipal(graph, application)
  const made = await applyCredential(graph, application, settings.credential, credentialPlan, {
    keys: folder.keys,
    audience: settings.cloud.federatedAudience,
    now,
  })

  // The secret first: Entra never shows it again.
  const envText = envAfter(plan, settings, made.secret)
  if (envText !== plan.envText) writeWhole(folder.env, envText, ownerOnly)
  const edits = editsOf(plan, settings, application.appId, made.certificate)
  const text = editConfig(plan.config.text, edits)
  if (text !== plan.config.text) writeWhole(folder.config, text)

  // What was in use until now goes last, and what an interrupted run left behind with it.
  const inUse = { keyId: secretIn(envText)?.keyId, certificate: made.certificate }
  await withProgress('Tidying up', async () => {
    const present = await byClientId(graph, application.appId)
    if (present) await removeStale(graph, present, inUse)
    removeCertificates(folder.keys, made.certificate)
  })
  return { clientId: application.appId, ends: credentialPlan.ends }
}

// Whether to go on: on a terminal somebody is asked; elsewhere only what is written by hand needs a word.

/**
 * @param userEdits keys whose values somebody wrote
 * @throws SetupError where nobody can be asked
 */
async function confirm(userEdits: readonly string[], yes: boolean): Promise<boolean> {
  if (yes) return true
  const keys = userEdits.join(', ')
  if (hasTerminal()) return ask(keys ? `Go ahead, and replace ${keys}?` : 'Go ahead?')
  if (!keys) return true
  throw new SetupError(
    'declined',
    `Values that somebody wrote by hand would be replaced: ${keys}.`,
    'The difference is above. Run the command again with --yes to replace them.',
  )
}
