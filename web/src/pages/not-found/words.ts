export const words = {
  title: 'Page not found',
  text: 'There is no page at this address. The link may be out of date or mistyped.',
  home: 'Go to home',
} as const
