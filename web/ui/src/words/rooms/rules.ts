import { words } from '..'

export default words(
  { rule: 'Правило {n}', name: 'Название правила', filterOf: 'Фильтр правила', first: {
    call: 'Правила проверяются сверху вниз: срабатывает первое, фильтр которого подходит звонку.', chat: 'Правила проверяются сверху вниз: срабатывает первое, фильтр которого подходит чату.',
    offline_message: 'Правила проверяются сверху вниз: срабатывает первое, фильтр которого подходит заявке.',
  } },
  { rule: 'Rule {n}', name: 'Name of the rule', filterOf: 'Filter of the rule', first: {
    call: 'Rules are looked at from top to bottom: the first whose filter fits the call wins.', chat: 'Rules are looked at from top to bottom: the first whose filter fits the chat wins.',
    offline_message: 'Rules are looked at from top to bottom: the first whose filter fits the request wins.',
  } },
)
