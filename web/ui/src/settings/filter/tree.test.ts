import { describe, expect, it } from 'vitest'

import type { Filter } from '../shape'

import { above, afterRemoval, below, count, find, grouped, height, insert, keyOf, move, remove, replace, shapeOf, uses, type Path } from './tree'

const leaf = (parameter: string): Filter => ({ parameter, mode: 'include', values: ['1'] })
const [a, b, c, d] = ['site', 'source', 'group', 'employee'].map(leaf) as [Filter, Filter, Filter, Filter]
// a, (b, c), d
const tree: Filter = { join: 'or', of: [a, { of: [b, c] }, d] }

const names = (f: Filter): unknown => (shapeOf(f) === 'group' ? (f.of ?? []).map(names) : f.parameter)

describe('a filter as a tree', () => {
  it.each<[string, Filter, string]>([
    ['nothing', {}, 'group'], ['a join', { join: 'or' }, 'group'], ['a parameter', leaf('site'), 'condition'],
    ['values alone', { values: ['1'] }, 'condition'], ['a row without a parameter yet', { parameter: '', mode: 'include', values: [] }, 'condition'],
    ['an expression', { expression: 'true' }, 'expression'], ['an expression that is not written yet', { expression: '' }, 'expression'],
  ])('shapeOf %s', (_, filter, shape) => expect(shapeOf(filter)).toBe(shape))

  it('makes a group of a lone condition', () => {
    expect(grouped(a)).toEqual({ of: [a] })
    expect(grouped(tree)).toBe(tree)
  })

  it('measures', () => {
    expect([count(tree), height(tree), uses(tree)]).toEqual([4, 3, ['site', 'source', 'group', 'employee']])
    expect([count({}), height({}), uses({})]).toEqual([0, 1, []])
  })

  it.each<[string, Path, Path, unknown]>([
    ['down among siblings', [0], [3], [['source', 'group'], 'employee', 'site']],
    ['up among siblings', [2], [0], ['employee', 'site', ['source', 'group']]],
    ['into a group after it', [0], [1, 2], [['source', 'group', 'site'], 'employee']],
    ['out of a group', [1, 0], [0], ['source', 'site', ['group'], 'employee']],
    ['into itself is refused', [1], [1, 0], ['site', ['source', 'group'], 'employee']],
    ['to its own place', [1], [1], ['site', ['source', 'group'], 'employee']],
  ])('moves %s', (_, from, to, want) => expect(names(move(tree, from, to))).toEqual(want))

  it('steps down through the whole tree and up again', () => {
    const all = () => true
    let [now, path] = [tree, [0] as Path]
    const seen = [names(now)]
    for (let to = below(now, path, all); to; to = below(now, path, all)) {
      now = move(now, path, to)
      path = afterRemoval(to, path)
      seen.push(names(now))
    }
    expect(seen).toEqual([
      ['site', ['source', 'group'], 'employee'], [['site', 'source', 'group'], 'employee'], [['source', 'site', 'group'], 'employee'],
      [['source', 'group', 'site'], 'employee'], [['source', 'group'], 'site', 'employee'], [['source', 'group'], 'employee', 'site'],
    ])
    for (let to = above(now, path, all); to; to = above(now, path, all)) {
      now = move(now, path, to)
      path = afterRemoval(to, path)
      expect(names(now)).toEqual(seen[seen.length - 2])
      seen.pop()
    }
    expect(seen).toHaveLength(1)
  })

  it('steps past a group that is too deep', () => {
    expect(below(tree, [0], () => false)).toEqual([2])
    expect(above(tree, [2], () => false)).toEqual([1])
  })

  it('leaves the tree it was made of as it was', () => {
    const before = JSON.stringify(tree)
    remove(insert(replace(tree, [1, 0], a), [1], d), [0])
    expect(JSON.stringify(tree)).toBe(before)
  })

  it('keeps the keys of rows that changed and of those that only moved', () => {
    const changed = replace(tree, [1, 0], { ...b, mode: 'exclude' })
    const moved = move(changed, [1], [0])
    const group = find(moved, [0]) as Filter
    expect(keyOf(group)).toBe(keyOf(find(tree, [1]) as Filter))
    expect(keyOf(find(moved, [0, 0]) as Filter)).toBe(keyOf(b))
    expect(keyOf(a)).not.toBe(keyOf(d))
  })

  it.each<[Path, Path, Path]>([
    [[3], [1], [2]], [[0], [1], [0]], [[2, 1], [1], [1, 1]], [[1, 2], [1, 0], [1, 1]], [[2, 5], [1, 0], [2, 5]],
  ])('after a removal %j without %j is %j', (path, removed, want) => expect(afterRemoval(path, removed)).toEqual(want))
})
