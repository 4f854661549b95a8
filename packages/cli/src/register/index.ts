/** Registers the app: reads, plans, shows the plan, asks, and only then changes Entra, then the files. */

import { auth, pages } from '@gatehouse/contract/paths'
import { SetupError } from '../errors.ts'
import { editConfig, type ConfigDocument } from '../files/config-file.ts'
import { readEnvFile, secretIn } from '../files/env-file.ts'
import type { Folder } from '../files/folder.ts'
import { ownerOnly, requireIgnored, requireUnchanged, writeWhole } from '../files/write.ts'
import { createGraph, type Graph } from '../graph/client.ts'
import type { Network } from '../network.ts'
import { ask, hasTerminal, paint, print, withProgress } from '../output.ts'
import { signIn } from '../sign-in.ts'
import { planApplication } from './application-plan.ts'
import { applyApplication, applyServicePrincipal } from './application.ts'
import {
  localCertificates,
  removeCertificates,
  type LocalCertificate,
} from './certificate-files.ts'
import { planCredential } from './credential-plan.ts'
import { applyCredential, removeStale } from './credential.ts'
import { byClientId, findApplication, findRest } from './existing.ts'
import { type Permission, resolvePermissions } from './permissions.ts'
import { editsOf, envAfter, keepsEarlier, type Plan } from './plan.ts'
import { normalisePublicUrl, type Settings } from './settings.ts'
import { printNextSteps, showPlan } from './show-plan.ts'

/** @throws SetupError if it cannot continue; the next run finds what this one has done */
export async function register(
  network: Network,
  folder: Folder,
  config: ConfigDocument,
  settings: Settings,
): Promise<void> {
  const publicUrl = normalisePublicUrl(settings.publicUrl ?? config.value.publicUrl ?? '')
  requireIgnored(
    settings.credential.kind === 'certificate' ? `${folder.keys}/aad-client.key` : folder.env,
  )
  const envText = readEnvFile(folder.env)

  const { cloud, tenant, token } = settings
  const session = await signIn(network, { cloud, tenant, way: settings.signIn, token })
  const graph = createGraph(network, cloud.graph, session.token)
  const [existing, permissions] = await withProgress('Reading what is there', async () => {
    const application = await findApplication(graph, config.value, settings, session.tenantId)
    return Promise.all([findRest(graph, application), resolvePermissions(graph, config.value)])
  })

  const now = Date.now()
  const plan = makePlan({ existing, session, publicUrl, config, envText }, settings, permissions, {
    certificates: localCertificates(folder.keys, now),
    now,
  })
  const shown = showPlan(plan, settings)
  if (settings.dryRun) {
    print(paint('dim', '\nA dry run: nothing was changed.'))
    return
  }
  if (shown.changes && !(await confirm(shown.userEdits, settings.yes))) {
    print('Nothing was changed.')
    return
  }
  requireUnchanged(folder.config, config.text)
  requireUnchanged(folder.env, envText)
  const { clientId, ends } = await apply(graph, folder, plan, settings, now)
  printNextSteps(plan, settings, { clientId, ends, now })
}

/** Decides what has to change, from what exists and what is wanted. */
function makePlan(
  facts: Pick<Plan, 'existing' | 'session' | 'publicUrl' | 'config' | 'envText'>,
  settings: Settings,
  permissions: Permission[],
  { certificates, now }: { certificates: LocalCertificate[]; now: number },
): Plan {
  const { existing, publicUrl, config, envText } = facts
  const { application, federated } = existing
  const multiTenant = settings.multiTenant ?? config.value.tenant === 'organizations'
  const wanted = {
    displayName: settings.newName,
    multiTenant: settings.multiTenant ?? (application ? undefined : multiTenant),
    redirectUris: [publicUrl + auth.redirect, publicUrl + pages.signedOut],
    // Entra takes https only: https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc
    logoutUrl: publicUrl.startsWith('https:') ? publicUrl + auth.frontChannelLogout : undefined,
    permissions,
    roles: config.value.appRoles ?? [],
  }
  return {
    ...facts,
    multiTenant,
    wanted,
    application: planApplication(wanted, application),
    credential: planCredential(settings.credential, {
      application,
      federated,
      secret: secretIn(envText),
      certificates,
      rotate: settings.rotate,
      now,
    }),
  }
}

/**
 * Carries the plan out, in an order in which a run that is interrupted anywhere can be repeated.
 *
 * @throws SetupError
 */
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

  // The secret first: Entra does not show it again.
  const envText = envAfter(plan, settings, made.secret)
  if (envText !== plan.envText) writeWhole(folder.env, envText, ownerOnly)
  const edits = editsOf(plan, settings, application.appId, made.certificate)
  const text = editConfig(plan.config.text, edits)
  if (text !== plan.config.text) writeWhole(folder.config, text)

  if (keepsEarlier(plan)) return { clientId: application.appId, ends: credentialPlan.ends }
  // Last, the credentials that were in use until now, and those that an earlier run left.
  const inUse = { keyId: secretIn(envText)?.keyId, certificate: made.certificate }
  await withProgress('Tidying up', async () => {
    const present = await byClientId(graph, application.appId)
    if (present) await removeStale(graph, present, inUse)
    removeCertificates(folder.keys, made.certificate)
  })
  return { clientId: application.appId, ends: credentialPlan.ends }
}

/**
 * Asks on a terminal whether to go on. Elsewhere, only the replacement of values that were written by hand needs `--yes`.
 *
 * @param userEdits keys whose values a person wrote
 * @throws SetupError if there is no terminal to ask on
 */
async function confirm(userEdits: readonly string[], yes: boolean): Promise<boolean> {
  if (yes) return true
  const keys = userEdits.join(', ')
  if (hasTerminal()) return ask(keys ? `Go ahead, and replace ${keys}?` : 'Go ahead?', !keys)
  if (!keys) return true
  throw new SetupError(
    'declined',
    `Values that were written by hand would be replaced: ${keys}.`,
    'The difference is above. Run the command again with --yes to replace them.',
  )
}
