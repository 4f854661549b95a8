/** A permission that was not granted. */
export const words = {
  title: 'This app needs your permission',
  titleForAdministrator: 'An administrator has to approve this app',
  text: (permissions: string) => `This page needs ${permissions}.`,
  textWithout: 'This page needs a permission that hasn’t been granted yet.',
  quoted: (permission: string) => `“${permission}”`,
  reviewPermissions: 'Review permissions',
  forAdministrator: 'If Microsoft asks for an administrator, send them these details.',
} as const
