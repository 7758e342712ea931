// What the journal is asked for. It is kept in the page's address, so that a link shows the same.
import type { LocationQuery } from 'vue-router'

import type { paths } from '@/api/schema'

import { midnight, nextDay } from './times'

// Query is what the list of calls takes.
export type Query = NonNullable<paths['/api/v1/calls']['get']['parameters']['query']>

export interface Filter {
  text: string
  // what keeps calls, chats or offline requests.
  what: string
  outcome: string
  kind: string
  // action is what became of the actions: dead or failed.
  action: string
  // from and to are days, to is the last one.
  from: string
  to: string
  portal: string
}

export const nothing: Filter = { text: '', what: '', outcome: '', kind: '', action: '', from: '', to: '', portal: '' }

// read takes a filter out of an address.
export function read(query: LocationQuery): Filter {
  const filter = { ...nothing }
  for (const key of Object.keys(nothing) as (keyof Filter)[]) {
    const value = query[key]
    if (typeof value === 'string') filter[key] = value
  }
  for (const key of ['from', 'to'] as const) if (!/^\d{4}-\d{2}-\d{2}$/.test(filter[key])) filter[key] = ''
  return filter
}

// written is a filter for an address.
export function written(filter: Filter): Record<string, string> {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== ''))
}

// narrowed tells that calls are left out, beside those of other portals.
export function narrowed(filter: Filter): boolean {
  return Object.entries(filter).some(([key, value]) => value !== '' && key !== 'portal')
}

// past tells that nothing new can come.
export function past(filter: Filter, zone: string, now: number): boolean {
  return filter.to !== '' && Date.parse(midnight(nextDay(filter.to), zone)) <= now
}

// asked is what the API is asked for. A whole number of a telephone is looked up, anything else is searched for.
export function asked(filter: Filter, zone: string): Query {
  const text = filter.text.trim()
  const digits = text.replace(/\D/g, '')
  const phone = /^[+\d\s()-]+$/.test(text) && digits.length >= 10 && digits.length <= 15
  return {
    ...(phone ? { phone: text } : text.length > 1 ? { text } : {}),
    ...((filter.what === 'call' || filter.what === 'chat' || filter.what === 'offline_message') && { communication: filter.what }),
    ...(filter.outcome && { outcome: filter.outcome }),
    ...(filter.kind && { kind: filter.kind }),
    ...((filter.action === 'dead' || filter.action === 'failed') && { action: filter.action }),
    ...(filter.from && { since: midnight(filter.from, zone) }),
    ...(filter.to && { until: midnight(nextDay(filter.to), zone) }),
    ...(filter.portal && { portal: filter.portal }),
  }
}
