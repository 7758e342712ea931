// The first steps of a tenant: in which order people do them, which of them calls wait for, and where each is done.
import type { RouteLocationRaw } from 'vue-router'

import type { Schemas } from '@/api/client'

export type Step = Schemas['FirstStep']
type Code = Step['code']

const order: Code[] = ['portal', 'authorise', 'platform', 'directory', 'settings', 'employees', 'notifications']

// inOrder puts the steps as people do them, each once; access to a portal is a step only when it is lost.
export function inOrder(steps: Step[]): Step[] {
  return order
    .map((code) => steps.find((s) => s.code === code && !s.done) ?? steps.find((s) => s.code === code))
    .filter((s): s is Step => s !== undefined && !(s.code === 'authorise' && s.done))
}

// hurdles tells that calls cannot get into the CRM yet. Employees who are nobody in the portal are no hurdle: they may well stay so.
export function hurdles(steps: Step[]): boolean {
  return steps.some((s) => !s.done && s.code !== 'employees')
}

// placeOf is where a step is done.
export function placeOf(code: Code, portal: string): RouteLocationRaw | null {
  switch (code) {
    case 'portal':
      return { name: 'portals', query: { open: 'portal' } }
    case 'authorise':
      return { name: 'portals' }
    case 'platform':
      return { name: 'portals', query: { open: 'platform' } }
    case 'notifications':
      return { name: 'portals', query: { open: 'notifications' } }
    case 'directory':
    case 'employees':
      return portal ? { name: 'employees', params: { portal } } : null
    case 'settings':
      return portal ? { name: 'responsibles', params: { portal } } : null
  }
}
