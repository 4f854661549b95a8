/** Seconds. Entra dates `iat` and `nbf` five minutes back, for the sake of clocks that are behind. */
export const backdating = 300
