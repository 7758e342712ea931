// Mapping an employee by hand saves a version of the settings by itself, beside the draft. The draft is put upon that version:
// what the person changed elsewhere stays unsaved and theirs, and their «Сохранить» is not refused as stale.
import { api, askWhole } from '@/api/client'

import { dirty, draft, load } from './draft'
import { complete, type Settings } from './shape'

// rebase takes the mappings of the version that etag names, which was made out of the draft's own. When somebody else saved
// in between, it leaves a changed draft alone: saving it tells, and nothing is overwritten unseen. True when the draft is up to date.
export async function rebase(portal: string, etag: string): Promise<boolean> {
  if (draft.portal !== portal || !draft.document || draft.etag === etag) return true
  if (!dirty.value) {
    await load(portal)
    return true
  }
  const { data, response } = await askWhole(api.GET('/api/v1/portals/{portal}/settings', { params: { path: { portal } } }))
  if (response.headers.get('ETag') !== etag || draft.portal !== portal || !draft.document) return false
  const stored = complete(data)
  upon(draft.document, JSON.parse(draft.stored) as Settings, stored)
  Object.assign(draft, { stored: JSON.stringify(stored), etag, version: Number(etag.replace(/\D/g, '')) || 0, stale: false })
  return true
}

// upon puts an edited document upon a newer one that differs from what it was made of in its mappings only.
export function upon(edited: Settings, original: Settings, newer: Settings): void {
  const own = new Map(edited.employees.map((m) => [m.employee, m.user]))
  const had = new Map(original.employees.map((m) => [m.employee, m.user]))
  const merged = new Map(newer.employees.map((m) => [m.employee, m.user]))
  // what the person changed in the draft itself wins; all else is as it was saved
  for (const [employee, user] of own) if (had.get(employee) !== user) merged.set(employee, user)
  for (const employee of had.keys()) if (!own.has(employee)) merged.delete(employee)
  edited.employees = [...merged].map(([employee, user]) => ({ employee, user }))
}
