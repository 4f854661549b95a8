/**
 * The brand colours of an app from one colour. Each shade keeps the lightness that Fluent gives it, so that text on it
 * stays readable, and takes hue and strength from the chosen colour. Computed in OKLCH (CSS Color 4, section 9.2), where
 * equal lightness looks equally light.
 */

/** Fluent's brand colour, and the shades of it that the pages use. */
export const fluentBrand = '#0f6cbd'
export const fluentShades = [
  '#0f6cbd',
  '#115ea3',
  '#0c3b5e',
  '#ebf3fc',
  '#082338',
  '#479ef5',
  '#62abf5',
  '#0f548c',
  '#b4d6fa',
  '#0e4775',
] as const

interface Oklch {
  lightness: number
  chroma: number
  /** Radians. */
  hue: number
}

/** @param brand such as `#0f6cbd` @returns for each shade of Fluent's the app's own */
export function brandShades(brand: string): Map<string, string> {
  const base = toOklch(fluentBrand)
  const chosen = toOklch(brand)
  return new Map(
    fluentShades.map((shade) => {
      if (brand.toLowerCase() === fluentBrand) return [shade, shade]
      const { lightness, chroma } = toOklch(shade)
      const own = { lightness, chroma: (chroma * chosen.chroma) / base.chroma, hue: chosen.hue }
      return [shade, inGamut(own)]
    }),
  )
}

/** As strong as a screen can show it: a chroma beyond would change the lightness. */
function inGamut(colour: Oklch): string {
  for (let chroma = colour.chroma; chroma > 0; chroma -= 0.002) {
    const channels = toLinear({ ...colour, chroma })
    if (channels.every((value) => value >= -0.0005 && value <= 1.0005)) return toHex(channels)
  }
  return toHex(toLinear({ ...colour, chroma: 0 }))
}

function toOklch(hex: string): Oklch {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
  const long = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
  const medium = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
  const short = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
  const a = 1.9779984951 * long - 2.428592205 * medium + 0.4505937099 * short
  const b = 0.0259040371 * long + 0.7827717662 * medium - 0.808675766 * short
  return {
    lightness: 0.2104542553 * long + 0.793617785 * medium - 0.0040720468 * short,
    chroma: Math.hypot(a, b),
    hue: Math.atan2(b, a),
  }
}

function toLinear({ lightness, chroma, hue }: Oklch): number[] {
  const a = chroma * Math.cos(hue)
  const b = chroma * Math.sin(hue)
  const long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
  return [
    4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
    -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
    -0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short,
  ]
}

function toHex(linear: number[]): string {
  const channels = linear.map((value) => {
    const inside = Math.min(1, Math.max(0, value))
    const encoded = inside <= 0.0031308 ? inside * 12.92 : 1.055 * inside ** (1 / 2.4) - 0.055
    return Math.round(encoded * 255)
      .toString(16)
      .padStart(2, '0')
  })
  return `#${channels.join('')}`
}
