import { words } from '..'

export default words(
  {
    title: 'Доп. поля', what: 'Какие параметры обращения передавать в поля сущностей. В списке доступных полей — только поля с типом «Текст».',
    always: 'Обновлять всегда', alwaysWhat: 'Выключено: поля заполняются, только когда коннектор сам создаёт сущность. Включено: данные обновляются и в первой найденной сущности: контакт, компания, лид или сделка.',
    kinds: { lead: 'Лид', deal: 'Сделка', contact: 'Контакт', company: 'Компания' },
    field: 'Поле Битрикс24', parameter: 'Параметр обращения', row: '{kind}, строка {n}', fieldOf: 'Поле Битрикс24: {row}', parameterOf: 'Параметр обращения: {row}',
    add: 'Добавить поле', addTo: 'Добавить поле: {kind}', remove: 'Убрать: {row}', removed: 'Строка убрана', none: 'Поля не переданы: ничего не заполняется.',
    first: '«ID первой коммуникации»: записывается один раз, пустое поле получает {value}, заполненное не меняется.',
    noFields: 'Поля портала ещё не прочитаны. Синхронизируйте справочник на странице «Порталы»; пока можно ввести имя поля.',
    noLeads: 'В портале простой режим CRM: лидов нет, эти строки не понадобятся.',
  },
  {
    title: 'Extra fields', what: 'Which parameters of a communication are passed into fields of entities. Only fields of the type “Text” are offered.',
    always: 'Always update', alwaysWhat: 'Off: fields are filled only when the connector itself creates the entity. On: data are updated in the first entity found as well: contact, company, lead or deal.',
    kinds: { lead: 'Lead', deal: 'Deal', contact: 'Contact', company: 'Company' },
    field: 'Bitrix24 field', parameter: 'Parameter of the communication', row: '{kind}, row {n}', fieldOf: 'Bitrix24 field: {row}', parameterOf: 'Parameter of the communication: {row}',
    add: 'Add a field', addTo: 'Add a field: {kind}', remove: 'Remove: {row}', removed: 'The row is removed', none: 'No fields: nothing is filled.',
    first: '“First communication id” is written once: an empty field gets {value}, a filled one is not changed.',
    noFields: 'The portal’s fields have not been read yet. Synchronise the directory on the page “Portals”; until then the field’s name can be typed.',
    noLeads: 'The portal’s CRM is in the simple mode: there are no leads, these rows will not be needed.',
  },
)
