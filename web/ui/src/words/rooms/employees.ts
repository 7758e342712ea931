import { words } from '..'

export default words(
  {
    sync: 'Синхронизация сотрудников', syncNow: 'Синхронизировать сотрудников', read: 'Справочник портала прочитан: {portal}. Справочник платформы: {platform}.', never: 'ещё нет',
    statuses: 'Импорт статусов', statusesWhat: 'Раз в 20 минут статус сотрудника на платформе ставится по его рабочему дню в портале: работает — «Доступен», перерыв — «Перерыв», день не начат или закончен — «Нет на работе».',
    daily: 'Синхронизация всех сотрудников', dailyWhat: 'Справочники обеих сторон читаются раз в 24 часа. Выключено — только по кнопке и при подключении.',
    only: 'Список сотрудников для синхронизации', onlyWhat: 'Если никто не выбран, сопоставляются все сотрудники.', everybody: 'Все сотрудники',
    title: 'Сотрудники и пользователи портала', what: 'Сотрудник платформы и пользователь портала находят друг друга сами: по e-mail, короткому номеру или телефону. Выбор вручную важнее и сохраняется сразу, новой версией настроек.',
    none: 'Сотрудников пока нет', noneWhat: 'Подключите платформу телефонии и нажмите «Синхронизировать сотрудников».', search: 'Имя, e-mail или номер', onlyWithout: 'Только без пользователя ({n})',
    allMapped: 'У каждого сотрудника есть пользователь портала.', notFound: 'Никого не нашлось. Измените поиск.', saveFirst: 'Сначала сохраните настройки: сопоставление вручную — их часть.',
    extension: 'доб. {n}', nothing: 'Нет ни e-mail, ни номеров', lost: 'Такого сотрудника на платформе больше нет', takesNot: 'не принимает внешние звонки', noSIP: 'нет SIP-линии', dismissed: 'уволен', choose: 'Выберите пользователя', userOf: 'Пользователь портала для сотрудника {name}',
    by: { hand: 'вручную', email: 'по e-mail', extension: 'по короткому номеру', phone: 'по телефону', none: 'не найден' }, unmap: 'Снова само', unmapOf: 'Убрать выбор вручную: {name}',
    mapped: 'Сопоставление сохранено, версия настроек {n}', draftKept: 'Другие ваши изменения остались несохранёнными: нажмите «Сохранить», когда закончите.', overtaken: 'Следом настройки сохранил кто-то ещё. Ваши несохранённые изменения остались на странице.',
    stale: 'Настройки за это время изменил кто-то другой', staleClean: 'Загружена новая версия. Выберите пользователя ещё раз.', staleDirty: 'Сопоставление не сохранено, ваши изменения остались на странице. Загрузите новую версию или сравните версии.',
  },
  {
    sync: 'Synchronisation of employees', syncNow: 'Synchronise employees', read: 'The portal’s directory was read: {portal}. The platform’s: {platform}.', never: 'not yet',
    statuses: 'Import of statuses', statusesWhat: 'Every 20 minutes an employee’s status at the platform is set by the working day in the portal: at work is “Available”, a break is “Break”, not begun or over is “Not at work”.',
    daily: 'Synchronise all employees', dailyWhat: 'The directories of both sides are read every 24 hours. Off: only by the button, and when something is connected.',
    only: 'Employees to synchronise', onlyWhat: 'When nobody is chosen, all employees are mapped.', everybody: 'All employees',
    title: 'Employees and portal users', what: 'An employee of the platform and a portal user find each other by themselves: by e-mail, extension or phone. A choice by hand goes first and is saved at once, as a version of the settings.',
    none: 'No employees yet', noneWhat: 'Connect the telephony platform and press “Synchronise employees”.', search: 'Name, e-mail or number', onlyWithout: 'Without a user only ({n})',
    allMapped: 'Every employee is a user of the portal.', notFound: 'Nobody found. Change the search.', saveFirst: 'Save the settings first: mappings by hand are part of them.',
    extension: 'ext. {n}', nothing: 'Neither e-mail nor numbers', lost: 'The platform has no such employee any more', takesNot: 'takes no external calls', noSIP: 'no SIP line', dismissed: 'dismissed', choose: 'Choose a user', userOf: 'Portal user for the employee {name}',
    by: { hand: 'by hand', email: 'by e-mail', extension: 'by extension', phone: 'by phone', none: 'not found' }, unmap: 'By itself again', unmapOf: 'Take the choice by hand out: {name}',
    mapped: 'The mapping is saved, settings version {n}', draftKept: 'Your other changes are still unsaved: press “Save” when you are done.', overtaken: 'Somebody else saved the settings right after. Your unsaved changes are still on the page.',
    stale: 'Somebody else has changed the settings meanwhile', staleClean: 'The new version is loaded. Choose the user once more.', staleDirty: 'The mapping is not saved, and your changes are still on the page. Load the new version or compare versions.',
  },
)
