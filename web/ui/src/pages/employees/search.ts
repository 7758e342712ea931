// Finding an employee in the list by any word that is known of them.
import type { Schemas } from '@/api/client'

// sought tells that every word of the text is somewhere in what is known of the employee or the user they are; phones are found
// however they are written.
export function sought(view: Schemas['EmployeeView'], text: string): boolean {
  const { employee, user } = view
  const said = [employee.name, employee.email, employee.extension, ...employee.phones, String(employee.id), user?.name ?? '', user?.email ?? ''].join('\n').toLocaleLowerCase()
  const digits = said.replace(/[\s()+-]/g, '')
  return text.toLocaleLowerCase().split(/\s+/).every((word) => said.includes(word) || (/^[\d()+-]+$/.test(word) && digits.includes(word.replace(/[()+-]/g, ''))))
}
