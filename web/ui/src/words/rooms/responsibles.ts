import { words } from '..'

export default words(
  {
    defaults: 'Ответственные по умолчанию', out: 'Для исходящих звонков', outWhat: 'Станет ответственным, если звонивший сотрудник не найден в портале.',
    in: 'Для входящих звонков', inWhat: 'Станет ответственным за сущность при пропущенном входящем звонке.', dismissed: 'уволен', choose: 'Выберите сотрудника',
    talkerTitle: 'Если разговаривали несколько сотрудников', talker: 'Ответственный', first: 'Первый разговаривавший', last: 'Последний разговаривавший',
    rules: 'Фильтр ответственных для входящих звонков', rulesWhat: 'Для пропущенных звонков по порядку: ответственный найденной сущности, сотрудник, которому звонили, правило, по умолчанию.',
    add: 'Добавить правило', none: 'Правил нет: первичные пропущенные звонки получает ответственный по умолчанию. Добавьте правило, чтобы часть звонков получал другой сотрудник.',
    user: 'Ответственный', outRules: 'Правила для исходящих звонков', dropOut: 'Убрать эти правила',
  },
  {
    defaults: 'Default responsibles', out: 'For outgoing calls', outWhat: 'Becomes responsible when the calling employee is not found in the portal.',
    in: 'For incoming calls', inWhat: 'Becomes responsible for the entity of a missed incoming call.', dismissed: 'dismissed', choose: 'Choose an employee',
    talkerTitle: 'When several employees talked', talker: 'Responsible', first: 'The first who talked', last: 'The last who talked',
    rules: 'Filter of responsibles for incoming calls', rulesWhat: 'For missed calls, in this order: the responsible of the entity that was found, the employee who was called, a rule, the default.',
    add: 'Add a rule', none: 'No rules: primary missed calls go to the default responsible. Add a rule to give some of them to another employee.',
    user: 'Responsible', outRules: 'Rules for outgoing calls', dropOut: 'Remove these rules',
  },
)
