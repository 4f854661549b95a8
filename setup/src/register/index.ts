/** Registers the app: look, plan, show, ask, and only then change; remote first, files last. */
import { auth, pages } from '@gatehouse/shared/paths'
import type { ConfigDocument } from '../files/config-file.ts'
import { readEnvFile, secretIn } from '../files/env-file.ts'
import type { Folder } from '../files/folder.ts'
import { requireIgnored } from '../files/ignored.ts'
import { createGraph } from '../graph/client.ts'
import type { Network } from '../network.ts'
import { paint, say, withProgress } from '../output.ts'
import { signIn } from '../sign-in/index.ts'
import { planApplication } from './application-plan.ts'
import { apply } from './apply.ts'
import { localCertificates } from './certificate-files.ts'
import { planCredential } from './credential-plan.ts'
import { findApplication, findRest } from './found.ts'
import { permitted } from './permitted.ts'
import { resolvePermissions } from './permissions.ts'
import type { Plan } from './plan.ts'
import { defaultName, publicOrigin, type Settings } from './settings.ts'
import { showPlan } from './show-plan.ts'
import { sayWhatIsLeft } from './what-is-left.ts'

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
  const [found, permissions] = await withProgress('Reading what is there', async () => {
    const { name } = settings
    const application = await findApplication(graph, config.value, name, session.tenantId)
    return Promise.all([findRest(graph, application), resolvePermissions(graph, config.value)])
  })

  const now = Date.now()
  const { application } = found
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
    found,
    session,
    publicUrl,
    multiTenant,
    config,
    envText,
    wanted,
    application: planApplication(wanted, application),
    credential: planCredential(settings.credential, {
      application,
      federated: found.federated,
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
  if (shown.changes && !(await permitted(shown.handWritten, settings.yes))) {
    say('Nothing was changed.')
    return
  }
  const { clientId, ends } = await apply(graph, folder, plan, settings, now)
  sayWhatIsLeft(plan, settings, { clientId, ends, now })
}
