import {
  cloudFor,
  type Config,
  controlPageOf,
  registrationPage,
  type RegistrationPage,
} from '../config/index.ts'

/**
 * The page where the registration is changed: in the portal of the cloud, or for a tenant on this machine
 * its control page.
 */
export function registrationLink(config: Config, page: RegistrationPage): string {
  return controlPageOf(config) ?? registrationPage(cloudFor(config), config.clientId, page)
}
