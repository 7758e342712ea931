// The one document that all sections of the settings edit, with one «Сохранить» (S-4): what was loaded, what the person made of
// it, and what the API says of that. Mistakes are kept by JSON pointer, so that each lands on its field.
import { computed, reactive, toRaw } from 'vue'

import { api, ask, askWhole, Refusal, type Problem, type ProblemError } from '@/api/client'
import { keeps, sameTenant } from '@/identity/tenancy'

import { merge } from './merge'
import { complete, type Settings } from './shape'

interface Draft {
  portal: string
  document: Settings | null
  stored: string // the document as it was loaded, to compare with
  etag: string
  version: number
  errors: ProblemError[]
  warnings: ProblemError[]
  saving: boolean
  // stale tells that somebody else saved meanwhile (412).
  stale: boolean
  // contested are the places, by pointer, that the person and somebody else changed; they hold the person's own until it is saved.
  contested: string[]
  failed: Problem | null
}

const nothing = (): Draft => ({
  portal: '', document: null, stored: '', etag: '', version: 0, errors: [], warnings: [], saving: false, stale: false, contested: [], failed: null,
})

export const draft = reactive<Draft>(nothing())

keeps(() => Object.assign(draft, nothing()))

// dirty tells that there is something to save.
export const dirty = computed(() => draft.document !== null && JSON.stringify(draft.document) !== draft.stored)

// changed tells that a part of the document, by pointer, is not as it was loaded.
export function changed(pointer: string): boolean {
  if (!draft.document || !draft.stored) return false
  return JSON.stringify(at(draft.document, pointer)) !== JSON.stringify(at(JSON.parse(draft.stored), pointer))
}

// original is a part of the document as it was loaded, for «вернуть сохранённое».
export function original<T>(pointer: string): T | undefined {
  return draft.stored ? (at(JSON.parse(draft.stored), pointer) as T) : undefined
}

// error is what the API said against one field, empty when nothing.
export function error(pointer: string): string {
  return draft.errors.filter((e) => e.pointer === pointer).map((e) => e.message).join(' ')
}

// errorsUnder lists the mistakes of a part of the document; '' is all of them.
export function errorsUnder(pointer: string): ProblemError[] {
  return draft.errors.filter((e) => e.pointer === pointer || e.pointer.startsWith(`${pointer}/`))
}

// warningsUnder lists what is allowed and probably not meant (S-3).
export function warningsUnder(pointer: string): ProblemError[] {
  return draft.warnings.filter((e) => e.pointer === pointer || e.pointer.startsWith(`${pointer}/`))
}

// load takes a portal's settings; what was not saved of another portal is dropped.
export async function load(portal: string): Promise<void> {
  const same = sameTenant()
  const { document, etag } = await newest(portal)
  if (same()) take(portal, document, document, etag, [])
}

// catchUp takes the newest version with the person's own edits upon it, which stay unsaved: somebody else was faster.
export async function catchUp(): Promise<void> {
  const { portal } = draft
  const { document, etag } = await newest(portal)
  if (!draft.document || draft.portal !== portal) return
  const merged = merge(JSON.parse(draft.stored) as Settings, toRaw(draft.document), document)
  take(portal, merged.document, document, etag, merged.contested)
}

async function newest(portal: string): Promise<{ document: Settings; etag: string }> {
  const { data, response } = await askWhole(api.GET('/api/v1/portals/{portal}/settings', { params: { path: { portal } } }))
  return { document: complete(data), etag: response.headers.get('ETag') ?? '' }
}

function take(portal: string, document: Settings, stored: Settings, etag: string, contested: string[]): void {
  Object.assign(draft, {
    portal, document, stored: JSON.stringify(stored), etag, version: Number(etag.replace(/\D/g, '')) || 0, errors: [], warnings: [], stale: false, contested, failed: null,
  })
}

// need loads a portal's settings when they are not here yet.
export async function need(portal: string): Promise<void> {
  if (draft.portal !== portal || !draft.document) await load(portal)
}

// validate asks what the API thinks of the draft, without saving it.
export async function validate(): Promise<void> {
  const asked = JSON.stringify(draft.document)
  const checked = await ask(
    api.POST('/api/v1/portals/{portal}/settings/validate', { params: { path: { portal: draft.portal } }, body: body() }),
  )
  if (draft.saving || JSON.stringify(draft.document) !== asked) return // it is about a draft that is no more
  draft.errors = checked.errors
  draft.warnings = checked.warnings
  if (!checked.errors.length && draft.failed?.errors?.length) draft.failed = null
}

// save stores the draft as the next version; false when it was refused, and then errors, stale or failed say why.
export async function save(): Promise<boolean> {
  if (!draft.document || draft.saving) return false
  draft.saving = true
  draft.failed = null
  const sent = JSON.stringify(draft.document)
  const same = sameTenant()
  try {
    const { data, response } = await askWhole(
      api.PUT('/api/v1/portals/{portal}/settings', {
        params: { path: { portal: draft.portal }, header: { 'If-Match': draft.etag } }, body: body(),
      }),
    )
    if (!same()) return false
    Object.assign(draft, { stored: sent, etag: response.headers.get('ETag') ?? '', version: data.version, errors: [], warnings: data.warnings, stale: false, contested: [] })
    return true
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal
    if (!same()) return false
    draft.stale = refusal.status === 412
    draft.errors = refusal.problem.errors ?? []
    draft.failed = refusal.problem
    return false
  } finally {
    if (same()) draft.saving = false
  }
}

// undo takes all unsaved changes back.
export function undo(): void {
  draft.document = JSON.parse(draft.stored) as Settings
  Object.assign(draft, { errors: [], contested: [], failed: null })
}

// body is the draft as the API takes it.
function body(): never {
  return toRaw(draft.document) as never
}

// at follows a JSON pointer (RFC 6901).
export function at(root: unknown, pointer: string): unknown {
  let here = root
  for (const step of pointer.split('/').slice(1)) {
    if (here === null || typeof here !== 'object') return undefined
    here = (here as Record<string, unknown>)[step.replace(/~1/g, '/').replace(/~0/g, '~')]
  }
  return here
}
