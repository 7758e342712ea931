import { describe, expect, it } from 'vitest'

import { courseOf, inOrder, isOver, resultOf, synchronising, type Job } from './errands'

const now = Date.parse('2026-03-01T12:00:00Z')
const job = (over: Partial<Job>): Job => ({ key: 'sync/2026-03-01T12:00', kind: 'sync_directory', title: '', periodic: false, state: 'planned', attempts: 0, ...over })
const error = { kind: 'denied' as const }

describe('isOver', () => {
  it.each<[string, Partial<Job>, boolean]>([
    ['planned now', { due: '2026-03-01T12:00:00Z' }, false],
    ['planned by a clock that is ahead of ours', { due: '2026-03-01T12:05:00Z' }, false],
    ['under way', { state: 'sending' }, false],
    ['in doubt', { state: 'doubt' }, false],
    ['tried again soon', { error, due: '2026-03-01T12:00:20Z' }, false],
    ['put off after a failure', { error, due: '2026-03-01T12:10:00Z' }, true],
    ['done', { state: 'done' }, true],
    ['refused', { state: 'dead', error }, true],
  ])('%s', (_, over, is) => expect(isOver(job(over), now)).toBe(is))
})

describe('courseOf', () => {
  it('counts what an errand counts', () =>
    expect(courseOf([job({ state: 'sending', progress: { done: 200, total: 900 } })], now)).toEqual({ running: true, done: 200, total: 900, failed: null }))
  it('counts errands that count nothing', () => expect(courseOf([job({ state: 'done' }), job({ state: 'sending' })], now)).toEqual({ running: true, done: 1, total: 2, failed: null }))
  it('names what was refused', () => expect(courseOf([job({ state: 'dead', error })], now).failed?.state).toBe('dead'))
  it('is over when nothing is asked for', () => expect(courseOf([], now).running).toBe(false))
})

describe('synchronising', () => {
  const newest = job({ key: 'sync/2026-03-01T12:00' })
  const jobs = [newest, job({ key: 'centre/2026-03-01T12:00', kind: 'sync_centre' }), job({ key: 'every/sync', periodic: true }), job({ key: 'sync/first' })]
  it('takes the newest of each side', () => expect(synchronising(jobs, true).map((j) => j.key)).toEqual(['sync/2026-03-01T12:00', 'centre/2026-03-01T12:00']))
  it('takes the portal alone without a platform', () => expect(synchronising(jobs, false)).toEqual([newest]))
})

describe('inOrder', () => {
  it('puts what runs first, then what is due, then what is over', () =>
    expect(
      inOrder([
        job({ key: 'old', state: 'done', updated: '2026-03-01T10:00:00Z' }), job({ key: 'new', state: 'done', updated: '2026-03-01T11:00:00Z' }), job({ key: 'later', due: '2026-03-02T00:00:00Z' }),
        job({ key: 'soon', due: '2026-03-01T12:01:00Z' }), job({ key: 'runs', state: 'sending' }),
      ]).map((j) => j.key),
    ).toEqual(['runs', 'soon', 'later', 'new', 'old']))
})

describe('resultOf', () => {
  it('names what a kind counts', () => expect(resultOf(job({ kind: 'import_statuses', outcome: { looked: 9, changed: 2 } }))).toEqual({ key: 'statuses', n: { n: 2, of: 9 } }))
  it.each<[string, Partial<Job>]>([['a kind that counts nothing', { outcome: { done: 1 } }], ['a run that never was', { kind: 'sweep_calls' }], ['an outcome of another shape', { kind: 'sweep_calls', outcome: 'x' as never }]])('is silent about %s', (_, over) =>
    expect(resultOf(job(over))).toBeNull())
})
