/** Elements without a library. */

type Content = Node | string

export function element(
  tag: string,
  className: string | undefined,
  ...content: Content[]
): HTMLElement {
  const made = document.createElement(tag)
  if (className) made.className = className
  made.append(...content)
  return made
}

/** A drawing of filled paths. */
export interface Drawing {
  size: number
  paths: readonly (readonly [fill: string, path: string])[]
}

export function vector({ size, paths }: Drawing, className: string | undefined): SVGElement {
  const length = String(size)
  const drawing = svg('svg', {
    viewBox: `0 0 ${length} ${length}`,
    width: length,
    height: length,
    'aria-hidden': 'true',
    ...(className && { class: className }),
  })
  drawing.append(...paths.map(([fill, d]) => svg('path', { fill, d })))
  return drawing
}

function svg(tag: string, attributes: Readonly<Record<string, string>>): SVGElement {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  return made
}
