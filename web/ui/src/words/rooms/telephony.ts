import { words } from '..'

export default words(
  { tabs: { basics: 'Основное', templates: 'Шаблоны', funnels: 'Воронки', responsibles: 'Ответственные', fields: 'Доп. поля' } },
  { tabs: { basics: 'Basics', templates: 'Templates', funnels: 'Funnels', responsibles: 'Responsibles', fields: 'Extra fields' } },
)
