// Errands that somebody asked for and waits for: which of a portal's jobs they are, and how far they have come.
import type { Schemas } from '@/api/client'

export type Job = Schemas['JobView']

export interface Course {
  running: boolean
  // done and total count what the errand counts; total is 0 while nobody knows.
  done: number
  total: number
  failed: Job | null
}

// isOver tells that a job needs no more waiting: it was done, it was refused, or it waits for a later turn after a failure.
export function isOver(job: Job, now: number): boolean {
  if (job.state === 'done' || job.state === 'dead' || job.state === 'failed') return true
  return job.state === 'planned' && job.error !== undefined && job.due !== undefined && Date.parse(job.due) - now > 60_000
}

// courseOf sums up the jobs of an errand; of errands that count nothing, it counts those that are over.
export function courseOf(jobs: Job[], now: number): Course {
  const course: Course = { running: jobs.some((j) => !isOver(j, now)), done: 0, total: 0, failed: jobs.find((j) => j.error && isOver(j, now)) ?? null }
  if (jobs.some((j) => j.progress)) {
    for (const job of jobs) {
      course.done += job.progress?.done ?? 0
      course.total += job.progress?.total ?? 0
    }
  } else {
    course.total = jobs.length
    course.done = jobs.filter((j) => isOver(j, now)).length
  }
  return course
}

// synchronising are the jobs that a person's wish to synchronise began: the newest of each side that is no periodic one. The
// list is newest first, and such a job begins anew when it is asked for again.
export function synchronising(jobs: Job[], platform: boolean): Job[] {
  const kinds = platform ? ['sync_directory', 'sync_centre'] : ['sync_directory']
  return kinds.map((kind) => jobs.find((j) => j.kind === kind && !j.periodic)).filter((j): j is Job => j !== undefined)
}

// resultOf is what the last run of an errand did, as numbers for the words of its kind; nothing when it counts nothing.
export function resultOf(job: Job): { key: string; n: Record<string, number> } | null {
  const said = job.outcome as Partial<Record<'found' | 'looked' | 'changed' | 'done' | 'total', unknown>> | undefined
  const n = (name: 'found' | 'looked' | 'changed' | 'done' | 'total'): number => (typeof said?.[name] === 'number' ? said[name] : 0)
  if (!said || typeof said !== 'object') return null
  switch (job.kind) {
    case 'sweep_calls':
      return { key: 'found', n: { n: n('found') } }
    case 'import_statuses':
      return { key: 'statuses', n: { n: n('changed'), of: n('looked') } }
    case 'import_calls':
      return { key: 'imported', n: { n: n('done'), of: n('total') } }
    case 'index_customers':
      return { key: 'indexed', n: { n: n('done') } }
  }
  return null
}

// inOrder puts first what runs, then what will run, the soonest first, then what is over, the newest first.
export function inOrder(jobs: Job[]): Job[] {
  const rank = (j: Job): number => (j.state === 'sending' || j.state === 'doubt' ? 0 : j.due ? 1 : 2)
  return jobs
    .map((job, i) => ({ job, i }))
    .sort((a, b) => rank(a.job) - rank(b.job) || (a.job.due ?? '').localeCompare(b.job.due ?? '') || (b.job.updated ?? '').localeCompare(a.job.updated ?? '') || a.i - b.i)
    .map(({ job }) => job)
}
