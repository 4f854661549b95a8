import { webDarkTheme, webLightTheme } from '@fluentui/tokens'

type Name = keyof typeof webLightTheme

/** The tokens that the pages use. A new one is one more line here. */
const used: Name[] = [
  'colorNeutralForeground1',
  'colorNeutralForeground2',
  'colorNeutralForeground3',
  'colorNeutralForegroundDisabled',
  'colorNeutralForegroundOnBrand',
  'colorNeutralBackground1',
  'colorNeutralBackground1Hover',
  'colorNeutralBackground1Pressed',
  'colorNeutralBackground2',
  'colorNeutralBackground3',
  'colorNeutralBackground6',
  'colorNeutralStroke1',
  'colorNeutralStroke1Hover',
  'colorNeutralStroke2',
  'colorNeutralStroke3',
  'colorNeutralStrokeAccessible',
  'colorNeutralStrokeDisabled',
  'colorBrandBackground',
  'colorBrandBackgroundHover',
  'colorBrandBackgroundPressed',
  'colorBrandBackground2',
  'colorBrandForeground1',
  'colorBrandForeground2',
  'colorBrandForegroundLink',
  'colorBrandForegroundLinkHover',
  'colorBrandStroke2',
  'colorCompoundBrandStroke',
  'colorCompoundBrandBackground',
  'colorStrokeFocus2',
  'colorStatusSuccessBackground1',
  'colorStatusSuccessForeground1',
  'colorStatusSuccessBorder1',
  'colorStatusWarningBackground1',
  'colorStatusWarningForeground2',
  'colorStatusWarningBorder1',
  'colorStatusDangerBackground1',
  'colorStatusDangerForeground1',
  'colorStatusDangerBorder1',
  'borderRadiusMedium',
  'borderRadiusLarge',
  'borderRadiusXLarge',
  'borderRadius2XLarge',
  'borderRadiusCircular',
  'fontFamilyMonospace',
]

/** Shadows contain colours. `light-dark()` takes no whole shadow, so each colour becomes a pair. */
const shadows: Name[] = ['shadow2', 'shadow4', 'shadow16', 'shadow64']

/** The colours of initials: dark on pale in the light theme, pale on dark in the dark one. */
export const avatarColours = [
  'Cranberry',
  'Pumpkin',
  'Gold',
  'Forest',
  'Seafoam',
  'Teal',
  'Steel',
  'Cornflower',
  'Lavender',
  'Grape',
  'Pink',
  'Mink',
] as const

/** The style sheet of design tokens: one custom property each, light and dark in one value. */
export function tokensCss(): string {
  const lines = [...used.map(property), ...shadows.map(shadow)]
  const avatars = avatarColours.map(avatar)
  return [
    '/* Generated from @fluentui/tokens (MIT, Microsoft) by `npm run generate -w web`. Do not edit. */',
    '@layer tokens {',
    '  :root {',
    ...lines.map((line) => `    ${line}`),
    '  }',
    ...avatars.flatMap((rule) => rule.map((line) => `  ${line}`)),
    '}',
    '',
  ].join('\n')
}

function property(name: Name): string {
  return `${customProperty(name)}: ${pair(String(webLightTheme[name]), String(webDarkTheme[name]))};`
}

function shadow(name: Name): string {
  const colours = /rgba\([^)]*\)/g
  const dark = [...String(webDarkTheme[name]).matchAll(colours)].map(([colour]) => colour)
  const value = String(webLightTheme[name]).replaceAll(colours, (light) =>
    pair(light, dark.shift() ?? light),
  )
  return `${customProperty(name)}: ${value};`
}

function avatar(colour: (typeof avatarColours)[number], index: number): string[] {
  const value = (part: 'Background2' | 'Foreground2') => {
    const name: Name = `colorPalette${colour}${part}`
    return pair(webLightTheme[name], webDarkTheme[name])
  }
  return [
    `.avatar-${index} {`,
    `  color: ${value('Foreground2')};`,
    `  background: ${value('Background2')};`,
    '}',
  ]
}

function customProperty(name: string): string {
  return `--${name.replaceAll(/([A-Z]|(?<=[a-z])\d)/g, '-$1').toLowerCase()}`
}

function pair(light: string, dark: string): string {
  return light === dark ? light : `light-dark(${light}, ${dark})`
}
