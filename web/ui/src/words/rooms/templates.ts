import { words } from '..'

export default words(
  {
    what: 'Как назвать то, что создано по звонку. Действует первый шаблон сверху, чей фильтр подходит; если не подошёл ни один — название по умолчанию.',
    topics: { in: 'Входящие звонки', out: 'Исходящие звонки', chat: 'Чаты', offline_message: 'Офлайн-заявки' },
    kinds: { lead: 'Лид', deal: 'Сделка', contact: 'Контакт', company: 'Компания' },
    noLeads: 'В портале простой режим CRM: лидов нет, этот шаблон не понадобится.',
    otherwise: 'По умолчанию:', add: 'Добавить шаблон', addTo: 'Добавить шаблон: {kind}, {direction}', number: 'Шаблон {n}', row: '{kind}, шаблон {n}',
    filter: { call: 'Каким звонкам подходит «{name}»', chat: 'Каким чатам подходит «{name}»', offline_message: 'Каким заявкам подходит «{name}»' }, up: 'Выше: {name}', down: 'Ниже: {name}', remove: 'Убрать: {name}', moved: '{name}: теперь {n}-й из {of}', removed: 'Шаблон убран',
    insert: 'Вставить переменную', search: 'Найти переменную', preview: 'Показать, что получится', restore: 'Вернуть последний сохранённый текст', neverSaved: 'Этот шаблон ещё не сохраняли',
    gives: 'Получится:', 
    byLatest: { call: 'по последнему звонку', chat: 'по последнему чату', offline_message: 'по последней заявке' },
    bySample: { call: 'по примеру: подходящих звонков ещё не было', chat: 'по примеру: чатов ещё не было', offline_message: 'по примеру: заявок ещё не было' }, hide: 'Скрыть',
  },
  {
    what: 'What to call the entities made of a call. The first template from the top whose filter lets the call through is used; when none does, the default name.',
    topics: { in: 'Incoming calls', out: 'Outgoing calls', chat: 'Chats', offline_message: 'Offline requests' },
    kinds: { lead: 'Lead', deal: 'Deal', contact: 'Contact', company: 'Company' },
    noLeads: 'The portal’s CRM is in the simple mode: there are no leads, this template will not be needed.',
    otherwise: 'By default:', add: 'Add a template', addTo: 'Add a template: {kind}, {direction}', number: 'Template {n}', row: '{kind}, template {n}',
    filter: { call: 'Which calls “{name}” suits', chat: 'Which chats “{name}” suits', offline_message: 'Which requests “{name}” suits' }, up: 'Up: {name}', down: 'Down: {name}', remove: 'Remove: {name}', moved: '{name}: now {n} of {of}', removed: 'The template is removed',
    insert: 'Insert a variable', search: 'Find a variable', preview: 'Show what it gives', restore: 'Restore the last saved text', neverSaved: 'This template was never saved',
    gives: 'It gives:', 
    byLatest: { call: 'for the latest call', chat: 'for the latest chat', offline_message: 'for the latest request' },
    bySample: { call: 'for a sample: there was no such call yet', chat: 'for a sample: there was no chat yet', offline_message: 'for a sample: there was no request yet' }, hide: 'Hide',
  },
)
