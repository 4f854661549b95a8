/**
 * The directory roles that are activated in the tenant. Their template ids are those that Microsoft publishes in "Microsoft
 * Entra built-in roles": https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference
 */

import { guid } from './generate.ts'

export interface DirectoryRole {
  id: string
  displayName: string
  description: string
  roleTemplateId: string
}

const templates: readonly [name: string, templateId: string, description: string][] = [
  [
    'Global Administrator',
    '62e90394-69f5-4237-9190-012177145e10',
    'Can manage everything in the directory and in services that use its identities.',
  ],
  [
    'Global Reader',
    'f2ef992c-3afb-46b9-b7cf-a126ee74c451',
    'Can read everything that a Global Administrator can, and change nothing.',
  ],
  [
    'User Administrator',
    'fe930be7-5e62-47db-91af-98c3a49a38b1',
    'Can manage users and groups, and reset passwords of users without roles.',
  ],
  [
    'Application Administrator',
    '9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3',
    'Can manage registered applications and service principals.',
  ],
  [
    'Directory Readers',
    '88d8e3e3-8f55-4a1e-953a-9b9898b8876b',
    'Can read basic information of the directory.',
  ],
]

export const directoryRoles: readonly DirectoryRole[] = templates.map(
  ([displayName, roleTemplateId, description]) => ({
    id: guid(`directory role ${roleTemplateId}`),
    displayName,
    description,
    roleTemplateId,
  }),
)

/** Its members are the users with `isAdmin`. */
export const globalAdministrator = directoryRoles[0] as DirectoryRole
