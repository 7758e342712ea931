import { words } from '..'

export default words(
  { rule: 'Правило {n}', name: 'Название правила', filterOf: 'Фильтр правила', first: 'Правила проверяются сверху вниз: срабатывает первое, фильтр которого подходит звонку.' },
  { rule: 'Rule {n}', name: 'Name of the rule', filterOf: 'Filter of the rule', first: 'Rules are looked at from top to bottom: the first whose filter fits the call wins.' },
)
