import { cloudFor, type Config, controlPageOf } from '../config/index.ts'

/** Pages of an app registration, as the portal names them in its addresses. */
type Blade = 'Overview' | 'Authentication' | 'Credentials' | 'CallAnAPI'

/**
 * The page where the registration is changed: in the portal of the cloud, or for a tenant on this machine
 * its control page.
 */
export function registrationLink(config: Config, blade: Blade): string {
  const controlPage = controlPageOf(config)
  if (controlPage !== undefined) return controlPage
  const page = `Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/${blade}/appId`
  return `${cloudFor(config).portal}/#view/${page}/${config.clientId}`
}
