/**
 * How often a test of the whole product may be tried: twice in the gate, where browsers, programs and
 * a busy machine take part; once everywhere else. What passes at the second attempt is named FLAKY, and
 * more than `mostFlaky` of them fail the gate.
 */
export const attempts = process.env['SECOND_ATTEMPTS'] === '1' ? 2 : 1

export const mostFlaky = 3
