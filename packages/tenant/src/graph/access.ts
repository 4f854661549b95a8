/**
 * The permissions of Graph's methods for users, groups and the organisation, the least privileged first, as the page of each
 * method lists them.
 */

import type { Access } from './bearer.ts'

const access = (delegated: readonly string[], application = delegated): Access => ({
  delegated,
  application,
})

const readDirectory = ['Directory.Read.All', 'Directory.ReadWrite.All']
const readUsers = ['User.Read.All', 'User.ReadWrite.All', ...readDirectory]
const ownUser = ['User.Read', 'User.ReadWrite']

/** https://learn.microsoft.com/graph/api/user-list, user-get, user-delta */
export const anyUser = access(['User.ReadBasic.All', ...readUsers])
export const ownUserOnly = access([...ownUser, ...anyUser.delegated], anyUser.application)
/** All properties of any user; of the caller, the ones of `ownUser` are enough. */
export const fullUsers = new Set(readUsers)
export const fullSelf = new Set([...ownUser, ...readUsers])
/** https://learn.microsoft.com/graph/api/user-list-manager */
export const managers = access(readUsers)
/** https://learn.microsoft.com/graph/api/user-list-directreports */
export const ownReports = access([...ownUser, ...readUsers], readUsers)
/** https://learn.microsoft.com/graph/api/user-post-users, user-update, user-post-manager */
export const changeUsers = access(
  ['User.ReadWrite.All', 'Directory.ReadWrite.All'],
  ['User.Create', 'User.ReadWrite.All', 'Directory.ReadWrite.All'],
)
export const updateUsers = access([
  'User.EnableDisableAccount.All',
  'User.ReadWrite.All',
  'Directory.ReadWrite.All',
])
export const updateSelf = access(
  ['User.ReadWrite', ...updateUsers.delegated],
  updateUsers.application,
)
/** https://learn.microsoft.com/graph/api/user-delete, directory-deleteditems-restore */
export const deleteUsers = access([
  'User.DeleteRestore.All',
  'User.ReadWrite.All',
  'Directory.ReadWrite.All',
])
/** https://learn.microsoft.com/graph/api/invitation-post */
export const inviteUsers = access([
  'User.Invite.All',
  'User.ReadWrite.All',
  'Directory.ReadWrite.All',
])
/** https://learn.microsoft.com/graph/api/user-revokesigninsessions */
export const revokeSessions = access([
  'User.RevokeSessions.All',
  'User.ReadWrite.All',
  'Directory.ReadWrite.All',
])
/** https://learn.microsoft.com/graph/api/user-list-licensedetails */
export const ownLicenses = access([...ownUser, ...readUsers], readUsers)
/** https://learn.microsoft.com/graph/api/profilephoto-get */
export const photos = anyUser
export const ownPhoto = ownUserOnly
/** https://learn.microsoft.com/graph/api/profilephoto-update, profilephoto-delete */
export const changePhotos = access([
  'ProfilePhoto.ReadWrite.All',
  'User.ReadWrite.All',
  'Directory.ReadWrite.All',
])
export const changeOwnPhoto = access(
  ['User.ReadWrite', ...changePhotos.delegated],
  changePhotos.application,
)

const readGroups = [
  'GroupMember.Read.All',
  'Group.Read.All',
  'GroupMember.ReadWrite.All',
  'Group.ReadWrite.All',
  ...readDirectory,
]
/** https://learn.microsoft.com/graph/api/group-list, group-get, group-list-members, group-list-owners, group-delta */
export const groups = access(readGroups)
/** https://learn.microsoft.com/graph/api/user-list-memberof, directoryobject-getmembergroups, -getmemberobjects */
export const ownMemberships = access([...ownUser, ...readUsers, ...readGroups], readGroups)
/** The actions that give or check ids are content with less, for the caller's own. */
export const ownMembershipIds = access(
  [...ownUser, 'User.ReadBasic.All', ...readUsers, ...readGroups],
  readGroups,
)
/** For other users, permission to read both users and groups. */
export const memberships = access(readGroups)
/** https://learn.microsoft.com/graph/api/group-post-groups */
export const createGroups = access(
  ['Group.ReadWrite.All', 'Directory.ReadWrite.All'],
  ['Group.Create', 'Group.ReadWrite.All', 'Directory.ReadWrite.All'],
)
/** https://learn.microsoft.com/graph/api/group-update, group-delete */
export const changeGroups = access(['Group.ReadWrite.All', 'Directory.ReadWrite.All'])
/** https://learn.microsoft.com/graph/api/group-post-members, group-delete-members */
export const changeMembers = access([
  'GroupMember.ReadWrite.All',
  'Group.ReadWrite.All',
  'Directory.ReadWrite.All',
])
/** https://learn.microsoft.com/graph/api/directoryobject-get, directoryobject-getbyids */
export const anyObject = access(readDirectory)
/** https://learn.microsoft.com/graph/api/device-list, device-get, device-list-registeredowners */
export const devices = access(
  ['Device.Read.All', ...readDirectory],
  ['Device.Read.All', 'Device.ReadWrite.All', ...readDirectory],
)
/** https://learn.microsoft.com/graph/api/directoryrole-list */
export const roles = access([
  'RoleManagement.Read.Directory',
  'Directory.Read.All',
  'RoleManagement.ReadWrite.Directory',
  'Directory.ReadWrite.All',
])
/** https://learn.microsoft.com/graph/api/directoryrole-post-members */
export const changeRoles = access(['RoleManagement.ReadWrite.Directory', 'Directory.ReadWrite.All'])
/** https://learn.microsoft.com/graph/api/organization-list */
const readOrganization = ['Organization.Read.All', 'Organization.ReadWrite.All', ...readDirectory]
export const organization = access([...ownUser, ...readOrganization], readOrganization)
/** All of its properties; with `ownUser` alone, it is three. */
export const fullOrganization = new Set(readOrganization)
/** https://learn.microsoft.com/graph/api/domain-list */
export const domains = access(['Domain.Read.All', ...readDirectory])
/** https://learn.microsoft.com/graph/api/subscribedsku-list */
export const licenses = access([
  'LicenseAssignment.Read.All',
  'Organization.Read.All',
  ...readDirectory,
])
