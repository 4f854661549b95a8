/** The four squares of Microsoft's sign-in button, as its branding rules have them. */
export const microsoftMark = {
  size: 21,
  paths: [
    ['#f25022', 'M0 0h10v10H0z'],
    ['#7fba00', 'M11 0h10v10H11z'],
    ['#00a4ef', 'M0 11h10v10H0z'],
    ['#ffb900', 'M11 11h10v10H11z'],
  ],
} as const
