/** Carries the plan out. The order is such that a run that is cut off anywhere can be repeated. */
import { editConfig } from '../files/config-file.ts'
import { secretIn } from '../files/env-file.ts'
import type { Folder } from '../files/folder.ts'
import { ownerOnly, writeWhole } from '../files/write.ts'
import type { Graph } from '../graph/client.ts'
import { withProgress } from '../output.ts'
import { applyApplication, applyServicePrincipal } from './application.ts'
import { removeCertificates } from './certificate-files.ts'
import { applyCredential } from './credential.ts'
import { byClientId } from './found.ts'
import { editsOf, envAfter, type Plan } from './plan.ts'
import type { Settings } from './settings.ts'
import { removeStale } from './stale.ts'

/** @throws SetupError */
export async function apply(
  graph: Graph,
  folder: Folder,
  plan: Plan,
  settings: Settings,
  now: number,
): Promise<{ clientId: string; ends: string | undefined }> {
  const { found, wanted, credential: credentialPlan } = plan
  const application = await applyApplication(
    graph,
    plan.application,
    found.application,
    wanted.displayName,
  )
  if (!found.servicePrincipal) await applyServicePrincipal(graph, application)
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
