// What of a file is what in this portal, by hand: the choices of a person in the shape of the API.
import type { Schemas } from '@/api/client'
import { fields, funnels, leadStages, stages, users, type Choice } from '@/settings/directory'
import { valuesOf } from '@/settings/filter/values'

export type Lack = Schemas['LackView']
export type Mapping = Schemas['MappingView']

// kindOf tells of which kind of entity a lacking field is: where the settings name it says so.
function kindOf(lack: Lack): string {
  return lack.pointers.map((p) => /^\/\w+\/extra_fields\/(\w+)\//.exec(p)?.[1]).find(Boolean) ?? ''
}

// keyOf names a row of the report.
export function keyOf(lack: Lack): string {
  return `${lack.thing}/${kindOf(lack)}/${lack.id}`
}

// substitutes are what this portal has of the same kind.
export function substitutes(lack: Lack): Choice[] {
  switch (lack.thing) {
    case 'user':
      return users()
    case 'employee':
      return valuesOf('employee')
    case 'funnel':
      return funnels()
    case 'stage':
      return funnels().flatMap((f) => stages(Number(f.value)).map((s) => ({ ...s, hint: f.label })))
    case 'lead_stage':
      return leadStages()
    case 'field':
      return fields(kindOf(lack))
  }
}

// mapped adds a choice to what was chosen before; an empty one takes it back.
export function mapped(before: Mapping, lack: Lack, to: string): Mapping {
  const change = <T>(map: Record<string, T> | undefined, value: T): Record<string, T> => {
    const { [lack.id]: _, ...rest } = map ?? {}
    return to === '' ? rest : { ...rest, [lack.id]: value }
  }
  switch (lack.thing) {
    case 'user':
      return { ...before, users: change(before.users, Number(to)) }
    case 'employee':
      return { ...before, employees: change(before.employees, Number(to)) }
    case 'funnel':
      return { ...before, funnels: change(before.funnels, Number(to)) }
    case 'stage':
      return { ...before, stages: change(before.stages, to) }
    case 'lead_stage':
      return { ...before, lead_stages: change(before.lead_stages, to) }
    case 'field':
      return { ...before, fields: { ...before.fields, [kindOf(lack)]: change(before.fields?.[kindOf(lack)], to) } }
  }
}
