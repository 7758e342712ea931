import { words } from '..'

export default words(
  {
    what: 'Как назвать то, что создано по звонку. Действует первый шаблон сверху, чей фильтр подходит; если не подошёл ни один — название по умолчанию.',
    directions: { in: 'Входящие звонки', out: 'Исходящие звонки' },
    kinds: { lead: 'Лид', deal: 'Сделка', contact: 'Контакт', company: 'Компания' },
    noLeads: 'В портале простой режим CRM: лидов нет, этот шаблон не понадобится.',
    otherwise: 'По умолчанию:', add: 'Добавить шаблон', addTo: 'Добавить шаблон: {kind}, {direction}', number: 'Шаблон {n}', row: '{kind}, шаблон {n}',
    filter: 'Каким звонкам подходит «{name}»', up: 'Выше: {name}', down: 'Ниже: {name}', remove: 'Убрать: {name}', moved: '{name}: теперь {n}-й из {of}', removed: 'Шаблон убран',
    insert: 'Вставить переменную', search: 'Найти переменную', preview: 'Показать, что получится', restore: 'Вернуть последний сохранённый текст', neverSaved: 'Этот шаблон ещё не сохраняли',
    gives: 'Получится:', byCall: 'по последнему звонку', bySample: 'по примеру: подходящих звонков ещё не было', hide: 'Скрыть',
  },
  {
    what: 'What to call the entities made of a call. The first template from the top whose filter lets the call through is used; when none does, the default name.',
    directions: { in: 'Incoming calls', out: 'Outgoing calls' },
    kinds: { lead: 'Lead', deal: 'Deal', contact: 'Contact', company: 'Company' },
    noLeads: 'The portal’s CRM is in the simple mode: there are no leads, this template will not be needed.',
    otherwise: 'By default:', add: 'Add a template', addTo: 'Add a template: {kind}, {direction}', number: 'Template {n}', row: '{kind}, template {n}',
    filter: 'Which calls “{name}” suits', up: 'Up: {name}', down: 'Down: {name}', remove: 'Remove: {name}', moved: '{name}: now {n} of {of}', removed: 'The template is removed',
    insert: 'Insert a variable', search: 'Find a variable', preview: 'Show what it gives', restore: 'Restore the last saved text', neverSaved: 'This template was never saved',
    gives: 'It gives:', byCall: 'for the latest call', bySample: 'for a sample: there was no such call yet', hide: 'Hide',
  },
)
