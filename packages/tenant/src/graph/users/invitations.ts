/** `POST /invitations`: invites a guest, who can sign in at once. https://learn.microsoft.com/graph/api/invitation-post */

import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import type { TenantState } from '../../tenant-state.ts'
import { inviteUsers } from '../access.ts'
import { denied, requireAccess } from '../bearer.ts'
import { badBody } from '../errors.ts'
import { property, type EntityType } from '../filter/entity.ts'
import { contextOf } from '../protocol/answers.ts'
import { readObject, requireProperties } from '../protocol/body.ts'
import { blankUser } from './write.ts'

export const invitation: EntityType<never> = {
  name: 'invitation',
  resource: 'Invitation',
  properties: {
    invitedUserDisplayName: property('string', '----', { maxLength: 256 }),
    invitedUserEmailAddress: property('string', '----', { maxLength: 255 }),
    invitedUserMessageInfo: property('complex'),
    invitedUserType: property('string'),
    inviteRedirectUrl: property('string'),
    resetRedemption: property('boolean'),
    sendInvitationMessage: property('boolean'),
  },
  usual: [],
  sorts: {},
  countable: [],
  read: () => undefined,
}

const required = ['invitedUserEmailAddress', 'inviteRedirectUrl']

export function invitationRoutes(app: FastifyInstance, tenant: TenantState): void {
  app.post('/invitations', { config: { endpoint: 'users' } }, async (request, reply) => {
    const caller = await requireAccess(tenant, request, inviteUsers)
    // https://learn.microsoft.com/entra/external-id/external-collaboration-settings-configure: by default all but guests may invite.
    if (caller.user?.userType === 'Guest') throw denied()
    const { properties } = readObject(request.body, invitation)
    requireProperties(properties, required, 'Invitation')
    const mail = String(properties['invitedUserEmailAddress'])
    const redirect = String(properties['inviteRedirectUrl'])
    checkAddresses(tenant, mail, redirect)
    const name = properties['invitedUserDisplayName']
    const displayName = typeof name === 'string' ? name : (mail.split('@')[0] ?? mail)
    const user = invitedUser(tenant, mail, displayName)
    const userType = properties['invitedUserType'] === 'Member' ? 'Member' : 'Guest'
    tenant.directory.putUser({ ...user, userType })
    return reply.code(201).send({
      '@odata.context': `${contextOf(tenant, 'invitations')}/$entity`,
      id: randomUUID(),
      inviteRedeemUrl: `${tenant.origin}/redeem?rd=${encodeURIComponent(redirect)}`,
      invitedUserDisplayName: displayName,
      invitedUserType: userType,
      invitedUserEmailAddress: mail,
      sendInvitationMessage: properties['sendInvitationMessage'] ?? false,
      resetRedemption: false,
      inviteRedirectUrl: redirect,
      status: 'PendingAcceptance',
      invitedUserMessageInfo: properties['invitedUserMessageInfo'] ?? null,
      invitedUser: { id: user.id },
    })
  })
}

function checkAddresses({ directory, domain }: TenantState, mail: string, redirect: string): void {
  if (!/^[^\s@#]{1,64}@[A-Za-z0-9.-]{1,190}$/.test(mail)) {
    throw badBody('Invalid invited user email address.')
  }
  if (!URL.canParse(redirect) || !/^https?:/i.test(redirect)) {
    throw badBody('The invite redirect url is invalid.')
  }
  const wanted = mail.toLowerCase()
  const known =
    wanted.endsWith(`@${domain}`) ||
    directory.users.some((user) => user.mail?.toLowerCase() === wanted)
  if (known) throw badBody('The invited user already exists in the directory.')
}

/** As Entra names guests: the address at home, with `_` for `@`, and `#EXT#`. */
function invitedUser(tenant: TenantState, mail: string, displayName: string) {
  const blank = blankUser(tenant)
  return {
    ...blank,
    displayName,
    mail,
    userPrincipalName: `${mail.replace('@', '_')}#EXT#@${tenant.domain}`,
    profile: {
      ...blank.profile,
      mailNickname: `${mail.replace('@', '_')}#EXT#`,
      otherMails: [mail],
      creationType: 'Invitation',
      externalUserState: 'PendingAcceptance',
    },
  }
}
