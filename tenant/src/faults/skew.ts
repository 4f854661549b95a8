/** The tenant's clock is off: moves every time in the tokens by this much. */
export interface SkewFault {
  kind: 'skew'
  /** Positive: into the future. */
  ms: number
}
