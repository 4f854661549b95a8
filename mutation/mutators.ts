/** Two kinds of mutants that Stryker does not make: a call that is left out, and another number. */

/** Of a Babel path, what is read here. */
export interface AstPath {
  node: { type: string; value?: unknown; expression?: AstPath['node']; argument?: AstPath['node'] }
  parent: { type: string; body?: unknown[] } | undefined
  key: string | number | null
}

export interface Mutator {
  name: string
  mutate(path: AstPath): Iterable<object>
}

/** `await audit(user)` as a statement is left out. Calls are how a rule is applied: `throwIfFailed(response)`. */
const callStatement: Mutator = {
  name: 'CallStatement',
  *mutate({ node, parent }) {
    if (node.type !== 'ExpressionStatement') return
    const expression =
      node.expression?.type === 'AwaitExpression' ? node.expression.argument : node.expression
    if (expression?.type !== 'CallExpression') return
    // Alone in its block: Stryker's BlockStatement makes this mutant.
    if (parent?.type === 'BlockStatement' && parent.body?.length === 1) return
    yield { type: 'EmptyStatement' }
  },
}

/** 0 becomes 1, every other number is doubled: a time limit, a size, a status. */
const numericLiteral: Mutator = {
  name: 'NumericLiteral',
  *mutate({ node, parent, key }) {
    if (node.type !== 'NumericLiteral' || typeof node.value !== 'number') return
    if (parent?.type.startsWith('TS') && parent.type !== 'TSAsExpression') return
    if (parent?.type === 'ObjectProperty' && key === 'key') return
    yield { type: 'NumericLiteral', value: node.value === 0 ? 1 : node.value * 2 }
  },
}

export const ourMutators = [callStatement, numericLiteral]

/**
 * Stryker's mutators that are not used. StringLiteral: many strings are words for people and for the log, which tests are
 * right not to pin. CallExpression: ours leaves out awaited calls too, and calls with other mutants in them.
 */
export const mutatorsNotUsed = ['StringLiteral', 'CallExpression']
